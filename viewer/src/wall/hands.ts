// Someone at the wall: input pauses the tour and shows the controls, keys do what controls do.
//
// In: pointer, wheel, keys. Out: happenings of the tour, switches. Started by wall/start.
import { effect, signal } from '@preact/signals-core';
import { accountOpen } from '../state/account';
import { selection } from '../state/selection';
import { dark, language, theme } from '../state/settings';
import { maySwitch } from '../state/wall/deeds';
import { display } from '../state/wall/displays';
import { heatByHand, heatShown } from '../state/wall/shown';
import { happen, phase } from '../state/wall/touring';

/** Whether the controls are to be seen. */
export const handsOn = signal(false);
/** Whether the choice between ordinary and emergency is open. */
export const switchOpen = signal(false);
export const editing = signal(false);

/** Controls go after this long without input. */
const SEEN_MS = 12_000;
/** A mouse that trembles on a shaking table is nobody. */
const MOVED_PX = 6;

export const act = {
  next: (): void => happen({ what: 'skip' }),
  pause: (): void => happen({ what: phase.peek().at === 'paused' ? 'resume' : 'pause' }),
  heat: (): void => void (heatByHand.value = !heatShown.peek()),
  emergency: (): void => void (switchOpen.value = maySwitch.peek() && display.peek() !== null),
  theme: (): void => void (theme.value = dark.peek() ? 'light' : 'dark'),
  language: (): void => void (language.value = language.peek() === 'zh' ? 'en' : 'zh'),
  edit: (): void => void (editing.value = true),
  fullscreen: (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => undefined);
  },
};

const KEYS: Readonly<Record<string, () => void>> = {
  ' ': act.pause, n: act.next, h: act.heat, e: act.emergency, t: act.theme, l: act.language, f: act.fullscreen,
};

/** Listens until the returned function is called. */
export function startHands(): () => void {
  let timer = 0;
  let at = { x: 0, y: 0 };
  const busy = (): boolean => switchOpen.peek() || editing.peek() || accountOpen.peek();

  const seen = (): void => {
    handsOn.value = true;
    document.documentElement.dataset.hands = 'on';
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (busy()) {
        seen();
        return;
      }
      handsOn.value = false;
      delete document.documentElement.dataset.hands;
    }, SEEN_MS);
  };
  const input = (): void => {
    seen();
    happen({ what: 'input' });
  };
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - at.x, event.clientY - at.y) < MOVED_PX) return;
    at = { x: event.clientX, y: event.clientY };
    input();
  };
  const press = (event: PointerEvent): void => {
    // A press of the controls is no wish to look around.
    if (event.target instanceof Element && event.target.closest('.w-controls, dialog')) seen();
    else input();
  };
  const key = (event: KeyboardEvent): void => {
    const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
    // A button that was pressed keeps the focus, and these alone for itself.
    const pressing = [' ', 'Enter'].includes(event.key) && event.target instanceof Element && event.target.closest('button');
    if (typing || pressing || event.ctrlKey || event.metaKey || event.altKey) {
      seen();
      return;
    }
    const known = KEYS[event.key.toLowerCase()];
    if (known) {
      event.preventDefault();
      seen();
      known();
      return;
    }
    if (event.key === 'Escape') selection.value = null;
    input();
  };
  addEventListener('pointerdown', press);
  addEventListener('pointermove', move);
  addEventListener('wheel', input, { passive: true });
  addEventListener('keydown', key);
  // Who fills in a form keeps the wall from wandering off.
  const stop = effect(() => {
    if (editing.value || switchOpen.value || accountOpen.value) queueMicrotask(() => happen({ what: 'input' }));
  });
  // What someone switched on or off is theirs until the camera goes on.
  const going = effect(() => {
    if (phase.value.at === 'travel') heatByHand.value = null;
  });
  const hold = setInterval(() => {
    if (busy()) happen({ what: 'input' });
  }, 5000);
  return () => {
    clearTimeout(timer);
    clearInterval(hold);
    stop();
    going();
    removeEventListener('pointerdown', press);
    removeEventListener('pointermove', move);
    removeEventListener('wheel', input);
    removeEventListener('keydown', key);
  };
}
