// The form for displays; fetched when it is wanted.
export function Edit() {
  return null;
}
