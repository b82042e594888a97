import { expect, test } from 'vitest';
import { hashOf, routeOf, type Route } from './route';

test('every_page_has_an_address_that_leads_to_it', () => {
  const pages: Route[] = [{ page: 'home' }, { page: 'mine' }, { page: 'all' }, { page: 'me' }, { page: 'sign-in' }, { page: 'new', line: 'suggestion' }, { page: 'new', line: 'problem' }, { page: 'report', id: 7 }];
  for (const page of pages) expect(routeOf(hashOf(page))).toEqual(page);
});

test('an_address_that_means_nothing_leads_home', () => {
  for (const hash of ['', '#', '#report/x', '#report/-1', '#gone', '#report/9999999999999999']) expect(routeOf(hash)).toEqual({ page: 'home' });
});
