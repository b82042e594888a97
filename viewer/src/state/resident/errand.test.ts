import { expect, test } from 'vitest';
import { errandOf } from './errand';
import { routeOf } from './route';

test('an_errand_leads_to_the_page_that_takes_it', () => {
  for (const hash of ['#invitation=aB3-_', '#sign-in-failed=no_role']) {
    expect(errandOf(hash)?.value).toBe(hash.split('=')[1]);
    expect(routeOf(hash)).toEqual({ page: 'sign-in' });
  }
});

test('what_is_no_errand_is_none', () => {
  for (const hash of ['', '#sign-in', '#invitation', '#invitation=', '#invitation=a b', `#invitation=${'x'.repeat(257)}`, '#report/7']) expect(errandOf(hash)).toBeNull();
});
