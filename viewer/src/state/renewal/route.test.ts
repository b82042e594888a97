import { expect, test } from 'vitest';
import { hashOf, routeOf } from './route';

test('an_address_leads_to_its_page_and_back', () => {
  for (const [section, id, part, query] of [
    ['checkups', null, '', {}],
    ['checkups', 12, 'problems', { urgency: 'high', q: '电梯 & 楼道' }],
    ['projects', 'new', '', {}],
    ['projects', 3, 'plan', {}],
    ['report', 2026, '', {}],
    ['programming', null, '', { state: 'open' }],
    ['programming', 4, 'edit', {}],
    ['programming/needs', 'new', '', { reports: '3,5' }],
    ['programming/resources', 7, '', {}],
    ['programming/generate', null, '', {}],
  ] as const) {
    const at = routeOf(hashOf(section, id, part, query));
    expect([at.section, at.id, at.part, Object.fromEntries(at.query)]).toEqual([section, id, part, query]);
  }
});

test('an_address_that_names_nothing_leads_to_the_first_page', () => {
  for (const hash of ['', '#', '#elsewhere/3/problems', '#checkups/1e9', '#checkups/-1/..%2f']) {
    const { section, id, part } = routeOf(hash);
    expect([section, id]).toEqual(['checkups', null]);
    expect(part).toMatch(/^[a-z-]*$/);
  }
});

test('what_is_narrowed_to_nothing_is_not_in_the_address', () => {
  expect(hashOf('projects', null, '', { state: '', level: 'basic' })).toBe('#projects?level=basic');
});
