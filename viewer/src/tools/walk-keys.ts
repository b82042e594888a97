// Keys while one walks: W A S D and arrows walk, Q and E turn, Shift hurries.
//
// In: key presses anywhere on the page. Out: state. Fetched with the tool. They come before the keys of
// the camera and of other tools, which are the same.
import { takesKeys } from '../state/keys';
import { intent, walking } from '../state/walk';

const WAYS: Readonly<Record<string, readonly [right: number, forward: number]>> = {
  KeyW: [0, 1], ArrowUp: [0, 1], KeyS: [0, -1], ArrowDown: [0, -1], KeyA: [-1, 0], ArrowLeft: [-1, 0], KeyD: [1, 0], ArrowRight: [1, 0],
};

const TURNS: Readonly<Record<string, number>> = { KeyQ: -1, KeyE: 1 };

/** Listens until the returned function is called. */
export function startWalkKeys(): () => void {
  const held = new Set<string>();
  const tell = (fast: boolean): void => {
    const sum = (axis: 0 | 1): number => [...held].reduce((all, code) => all + (WAYS[code]?.[axis] ?? 0), 0);
    intent.value = { right: Math.sign(sum(0)), forward: Math.sign(sum(1)), turn: [...held].reduce((all, code) => all + (TURNS[code] ?? 0), 0), fast };
  };
  const press = (event: KeyboardEvent): void => {
    if (!walking.peek() || takesKeys(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Shift') tell(true);
    if (!(event.code in WAYS || event.code in TURNS)) return;
    held.add(event.code);
    tell(event.shiftKey);
    event.preventDefault();
    event.stopPropagation();
  };
  const lift = (event: KeyboardEvent): void => {
    if (!held.delete(event.code) && event.key !== 'Shift') return;
    if (walking.peek()) tell(event.shiftKey);
  };
  // Keys that are lifted while another window has the focus are never told.
  const forget = (): void => {
    held.clear();
    tell(false);
  };
  addEventListener('keydown', press, { capture: true });
  addEventListener('keyup', lift);
  addEventListener('blur', forget);
  return () => {
    removeEventListener('keydown', press, { capture: true });
    removeEventListener('keyup', lift);
    removeEventListener('blur', forget);
  };
}
