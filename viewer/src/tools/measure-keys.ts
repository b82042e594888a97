// Keys while one measures: Backspace takes back the last point, Enter ends.
//
// In: key presses anywhere on the page. Out: state. Fetched with the tool. Escape lets go of what is
// being measured, and only then of the tool.
import { takesKeys } from '../state/keys';
import { draft, finish, takeBack } from '../state/measure';
import { tool } from '../state/tools';

/** Listens until the returned function is called. */
export function startMeasureKeys(): () => void {
  const press = (event: KeyboardEvent): void => {
    if (tool.peek() !== 'measure' || draft.peek().length === 0 || takesKeys(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // Enter on a button presses the button.
    if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) finish();
    else if (event.key === 'Backspace') takeBack();
    else if (event.key === 'Escape') draft.value = [];
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // Before those who close the tool.
  addEventListener('keydown', press, { capture: true });
  return () => removeEventListener('keydown', press, { capture: true });
}
