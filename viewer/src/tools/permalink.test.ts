// The address follows what is shown, and a pasted one is never written over unread.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let selection: typeof import('../state/selection').selection;
let stop: () => void;
let told: () => void;
const page = { hash: '', pathname: '/', search: '' };

beforeEach(async () => {
  vi.useFakeTimers();
  page.hash = '';
  vi.stubGlobal('location', page);
  vi.stubGlobal('history', { replaceState: (_: unknown, __: string, to: string) => void (page.hash = to.startsWith('#') ? to : '') });
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('innerWidth', 1440);
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  vi.stubGlobal('addEventListener', (event: string, heard: () => void) => {
    if (event === 'hashchange') told = heard;
  });
  vi.stubGlobal('removeEventListener', () => undefined);
  // Settings read the browser when they are first imported.
  ({ selection } = await import('../state/selection'));
  selection.value = null;
  stop = (await import('./permalink')).startPermalink(() => undefined);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what_is_selected_is_in_the_address', () => {
  selection.value = { type: 'device', id: 'lamp-3' };
  vi.advanceTimersByTime(1000);
  expect(page.hash).toContain('s=device/lamp-3');
});

test('a_pasted_address_is_read_before_the_page_writes_its_own', () => {
  selection.value = { type: 'device', id: 'lamp-3' };
  page.hash = '#s=building/east';
  // The page was about to write when the address changed; browsers tell of the change a little later.
  vi.advanceTimersByTime(400);
  expect(page.hash).toBe('#s=building/east');
  told();
  vi.advanceTimersByTime(1000);
  expect(selection.value).toEqual({ type: 'building', id: 'building/east', spot: null });
  expect(page.hash).toContain('s=building/east');
});

test('an_address_of_which_no_browser_tells_is_written_over_in_the_end', () => {
  selection.value = { type: 'device', id: 'lamp-3' };
  page.hash = '#s=building/east';
  vi.advanceTimersByTime(1000);
  expect(page.hash).toContain('s=device/lamp-3');
});
