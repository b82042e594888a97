// The present, coarse: so that "3 minutes ago" grows by itself. In: time. Out: a signal that changes
// every five seconds while the page is seen.
import { signal } from '@preact/signals-core';

export const now = signal(new Date());

const STEP_MS = 5000;

export function startClock(): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) now.value = new Date();
  }, STEP_MS);
  return () => clearInterval(timer);
}
