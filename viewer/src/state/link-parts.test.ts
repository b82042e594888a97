// What of an address belongs to tools, also while they are on their way.
import { signal } from '@preact/signals-core';
import { expect, test } from 'vitest';
import { linkPart, linkTexts, readLinkParts, waitingKeys } from './link-parts';
import { readLink, writeLink } from './permalink';

test('what_a_tool_adds_waits_for_it_and_leaves_with_it', () => {
  readLinkParts(readLink('#v=1,2,3,4,5&m=7,8&zz=a%26b').parts);
  expect(waitingKeys()).toEqual(['m', 'zz']);
  expect(linkTexts.value).toEqual([['m', '7,8'], ['zz', 'a&b']]);
  const points = signal('');
  const gone = linkPart('m', { write: () => points.value, read: (text) => (points.value = text ?? '') });
  expect(points.value).toBe('7,8');
  points.value = '9';
  expect(linkTexts.value).toEqual([['m', '9'], ['zz', 'a&b']]);
  expect(writeLink({ pose: null, selection: null, language: 'zh', parts: new Map(linkTexts.value) })).toBe('#l=zh&m=9&zz=a%26b');
  readLinkParts(new Map());
  expect(points.value).toBe('');
  expect(linkTexts.value).toEqual([]);
  gone();
  points.value = '1';
  expect(linkTexts.value).toEqual([]);
});
