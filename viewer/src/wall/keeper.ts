// Looks after a wall that nobody looks after: a dead line, a frozen picture, a new version, a camera on a new host, a screen
// that slept.
//
// In: clock, frames, the server's health and page. Out: a reopened stream, a reloaded page. Started by wall/start.
// A page is reloaded only while the server answers: otherwise a wall that was kept would become an error page.
import { computed, effect, signal } from '@preact/signals-core';
import { askHealth, getOwnPage } from '../api/displays';
import { alarms } from '../state/alarms';
import { devices } from '../state/devices';
import { line, reopen } from '../state/live';
import { graphics } from '../state/view';
import { askWho } from '../state/wall/deeds';
import { on } from '../state/wall/on';
import { videos } from '../state/wall/shown';
import { assetsOf, FrameWatch, isOther, newlyRefused } from '../state/wall/watch';
import type { Viewport } from '../scene/viewport';

const PULSE_MS = 15_000;
const PULSE_TIMEOUT_MS = 8000;
/** Without any event for this long the stream is opened anew: half a connection says nothing. */
const SILENT_MS = 180_000;
/** A line that is to come back and has not for this long is opened once more. */
const HUNG_MS = 60_000;
const LOOK_MS = 5000;
/** A still scene is drawn this often all the same: to know that it can be. */
const DRAW_MS = 20_000;
const VERSION_MS = 120_000;
/** Walls do not all reload in the same second. */
const SPREAD_MS = 4000;
/** Less than this between two looks means that the machine did not sleep. */
const SLEPT_MS = 60_000;

/** Where a browser's tab keeps the hosts for which this wall began anew: once each, for what is refused again stays so. */
const BEGUN_FOR = 'twin-wall-begun-for';

/** What this page was made of, before anything that it does names more: taken when this module comes. */
const running = assetsOf(document.documentElement.outerHTML);

/** Whether the page is about to begin anew. */
export const reloading = signal<'frozen' | 'version' | 'refused' | null>(null);

/** What the keeper has seen, for tests and for the soak. */
export const keeps = { pulses: 0, reopened: 0, reloadsWanted: 0 };

const timeout = (): AbortSignal => AbortSignal.timeout(PULSE_TIMEOUT_MS);

/** Begins anew as soon as the server gives the page. */
function reload(why: 'frozen' | 'version' | 'refused'): void {
  if (reloading.peek()) return;
  keeps.reloadsWanted++;
  reloading.value = why;
  const attempt = (): void => {
    getOwnPage(timeout()).then(
      () => location.reload(),
      () => setTimeout(attempt, 5000),
    );
  };
  setTimeout(attempt, why === 'frozen' ? 0 : Math.random() * SPREAD_MS);
}

/** Begins anew for a stream from a host that was named after the page was loaded. */
function refused({ blockedURI }: SecurityPolicyViolationEvent): void {
  const begunFor = (sessionStorage.getItem(BEGUN_FOR) ?? '').split(' ');
  const origin = newlyRefused(blockedURI, videos.peek().map(({ url }) => url), begunFor);
  if (origin === null) return;
  sessionStorage.setItem(BEGUN_FOR, [...begunFor, origin].join(' ').trim());
  reload('refused');
}

export function startKeeper(viewport: Viewport | null): () => void {
  const watch = new FrameWatch();
  let [heard_ms, looked_ms, drawn_ms, bent_ms] = [Date.now(), Date.now(), Date.now(), 0];
  let pulsing = false;

  const broken = (): void => {
    const { state, brokenSince } = line.peek();
    if (state === 'live') line.value = { state: 'reconnecting', brokenSince: brokenSince ?? new Date() };
    // A call that hangs is given up; not more often than the server could answer.
    if (Date.now() - bent_ms < PULSE_MS) return;
    bent_ms = Date.now();
    keeps.reopened++;
    reopen();
  };
  const pulse = (): void => {
    if (pulsing) return;
    pulsing = true;
    keeps.pulses++;
    askHealth(timeout())
      .then(
        () => {
          const away = line.peek().state !== 'live';
          // A call that hangs on the way says nothing, also while the server is well.
          if (Date.now() - (away ? bent_ms : heard_ms) < (away ? HUNG_MS : SILENT_MS)) return;
          heard_ms = bent_ms = Date.now();
          reopen();
        },
        () => broken(),
      )
      .finally(() => (pulsing = false));
  };
  const version = (): void => {
    getOwnPage(timeout()).then(
      (html) => {
        if (isOther(running, assetsOf(html))) reload('version');
      },
      () => undefined,
    );
  };
  const look = (): void => {
    const now = Date.now();
    if (now - looked_ms > SLEPT_MS) pulse();
    looked_ms = now;
    if (!viewport || graphics.peek() === 'missing') return;
    if (now - drawn_ms > DRAW_MS) {
      drawn_ms = now;
      viewport.invalidate();
    }
    const lost = graphics.peek() === 'lost' || viewport.renderer.getContext().isContextLost();
    if (watch.frozen({ frames: viewport.frames, lost, hidden: document.hidden }, now)) reload('frozen');
  };
  const woke = (): void => {
    if (document.visibilityState !== 'visible') return;
    pulse();
    void keepAwake();
  };

  const alive = computed(() => line.value.state === 'live');
  const undo = [
    effect(() => {
      on(devices.value, alarms.value);
      heard_ms = Date.now();
    }),
    effect(() => {
      if (!alive.value) return;
      // Who comes back may be another version, and may know us no more.
      setTimeout(version, 1000);
      askWho();
    }),
  ];
  const timers = [setInterval(pulse, PULSE_MS), setInterval(look, LOOK_MS), setInterval(version, VERSION_MS)];
  document.addEventListener('visibilitychange', woke);
  addEventListener('online', pulse);
  addEventListener('offline', broken);
  document.addEventListener('securitypolicyviolation', refused);
  void keepAwake();
  return () => {
    timers.forEach(clearInterval);
    undo.forEach((one) => one());
    document.removeEventListener('visibilitychange', woke);
    removeEventListener('online', pulse);
    removeEventListener('offline', broken);
    document.removeEventListener('securitypolicyviolation', refused);
  };
}

/** A screen that shows a wall should not go dark by itself; where the browser refuses, the machine's settings decide. */
async function keepAwake(): Promise<void> {
  try {
    await navigator.wakeLock.request('screen');
  } catch {
    // Not over plain HTTP, and not while hidden.
  }
}
