// The keyboard: moves the camera, hides buildings, opens search and help.
//
// In: key presses anywhere on the page. Out: commands and state. Keys in a text field, a menu or a
// dialog are left to it; arrow keys in a list move through the list.
import { batch } from '@preact/signals-core';
import { goToSelection, deselect, onPhone, showList, toggleHidden } from '../state/actions';
import { takesKeys } from '../state/keys';
import { selectedBuilding, selection } from '../state/selection';
import { tool } from '../state/tools';
import { command, focusAsked, helpOpen, identified, listOpen, tab, type Command } from '../state/view';

/** Camera commands by key. */
const CAMERA: Readonly<Record<string, Command>> = {
  ArrowLeft: { do: 'pan', right: -0.15, forward: 0 },
  ArrowRight: { do: 'pan', right: 0.15, forward: 0 },
  ArrowUp: { do: 'pan', right: 0, forward: 0.15 },
  ArrowDown: { do: 'pan', right: 0, forward: -0.15 },
  '+': { do: 'zoom', factor: 0.7 },
  '=': { do: 'zoom', factor: 0.7 },
  '-': { do: 'zoom', factor: 1 / 0.7 },
  '−': { do: 'zoom', factor: 1 / 0.7 },
  q: { do: 'turn', heading_deg: -30 },
  e: { do: 'turn', heading_deg: 30 },
  Home: { do: 'home' },
  n: { do: 'north' },
};

/** Listens until the returned function is called. */
export function startKeyboard(): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === 'Escape' && !helpOpen.peek() && !(event.target instanceof HTMLSelectElement)) escape(event.target);
    if (event.key === 'Escape' || takesKeys(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // Lists and tabs scroll with these; only a canvas or nothing in particular gives them to the camera.
    const inPanel = event.target instanceof HTMLElement && event.target.closest('.scroll, [role=tablist]') !== null;
    if (inPanel && (key.startsWith('Arrow') || key === 'Home')) return;
    const move = CAMERA[key];
    if (move) command(move);
    else if (key === 'f') goToSelection();
    else if (key === 'h' && identified.peek() && selectedBuilding.peek()) toggleHidden(selectedBuilding.peek()?.id ?? '');
    else if (key === '?') helpOpen.value = true;
    else if (key === '/') search();
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}

/** To the field that searches everything, whichever list is open. */
function search(): void {
  batch(() => {
    if (!listOpen.peek() || onPhone()) showList();
    if (tab.peek() !== 'buildings') tab.value = 'devices';
    focusAsked.value = { search: true };
  });
}

function escape(target: EventTarget | null): void {
  // A field of search that holds words is emptied by the browser first.
  if (target instanceof HTMLInputElement && target.type === 'search' && target.value !== '') return;
  if (target instanceof HTMLInputElement) target.blur();
  // From a report one goes back to the queue.
  else if (tool.peek() && !(tool.peek() === 'desk' && selection.peek()?.type === 'report')) tool.value = null;
  else if (selection.peek()) deselect();
}
