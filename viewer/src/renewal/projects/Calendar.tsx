// placeholder
export function Calendar() { return null; }
