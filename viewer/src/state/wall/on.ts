// For effects that only need to be told that something changed. In: signals' values. Out: nothing.

/** Reading signals in the call is what makes their changes count. */
export function on(..._changed: unknown[]): void {
  // Nothing to do: see above.
}
