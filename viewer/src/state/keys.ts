// Whose keys are. In: what has the focus. Out: yes or no. Used by all that listens to keys.

/** Whether keys belong to what has the focus. */
export function takesKeys(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, dialog, [contenteditable]') !== null;
}
