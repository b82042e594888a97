// Keys for building models: I shows the storey of the selection alone.
//
// In: key presses anywhere on the page. Out: state. Fetched with the model layer.
import { isolate, isolated, showAllStoreys, storeys } from '../state/bim';
import { selectedElement } from '../state/selection';
import { takesKeys } from '../state/keys';

/** Listens until the returned function is called. */
export function startModelKeys(): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || takesKeys(event.target)) return;
    const key = event.key.toLowerCase();
    if (key !== 'i' || !toggleStorey()) return;
    event.preventDefault();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}

/** Whether there was something to do. */
function toggleStorey(): boolean {
  if (isolated.peek()) {
    showAllStoreys();
    return true;
  }
  const element = selectedElement.peek();
  const bim = element && typeof element === 'object' ? element.bim : null;
  const storey = bim && storeys.peek()?.get(bim.source)?.find(({ id }) => id === bim.storey);
  if (storey) isolate(storey);
  return Boolean(storey);
}
