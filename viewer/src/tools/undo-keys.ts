// Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) undo and redo changes of the view, outside of fields.
//
// In: key presses anywhere on the page. Out: steps of state/undo. Fetched once the place stands.
import { takesKeys } from '../state/keys';
import { redo, undo } from '../state/undo';

/** Listens until the returned function is called. */
export function startUndoKeys(): () => void {
  const press = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented || takesKeys(event.target)) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) redo();
    else undo();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}
