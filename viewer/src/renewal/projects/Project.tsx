// x
export function Project(_: { id: number | null }) { return null; }
