// Moving through a list of buttons with the arrow keys: one tab stop for the whole list.
//
// In: key presses in a list. Out: focus. Used by the lists of devices and buildings.

/** Moves the focus among the `.item` buttons of the list that the event is in. */
export function moveInList(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.item')];
  const now = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1, PageDown: now + 10, PageUp: now - 10 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[Math.max(0, Math.min(items.length - 1, to))]?.focus();
}

/** Makes Escape close a panel and nothing behind it. */
export const onEscape =
  (close: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
