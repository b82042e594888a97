// Drawn shapes as the browser keeps them: JSON, checked on reading.
//
// In: shapes; the text that was kept. Out: the text; shapes. Pure. What does not fit is left out, the
// oldest first: a store that is full would keep nothing of what was drawn last.
import { LEAST_POINTS, MOST, type Drawable, type ShapeKind, type Vec } from './geojson';
import { FAR_M } from './shape-link';

/** Where the shapes of a community are kept. */
export const drawnKey = (community: string): string => `twin.drawn.${community}`;

/** Browsers keep about five million characters a site. */
const MOST_TEXT = 4_000_000;

const round = (m: number): number => Number(m.toFixed(3));

export function writeStored(shapes: readonly Drawable[]): string {
  const parts: string[] = [];
  let left = MOST_TEXT;
  for (const { kind, points, name } of [...shapes].reverse()) {
    const part = JSON.stringify({ kind, points: points.map((p) => p.map(round)), name });
    if ((left -= part.length + 1) < 0) break;
    parts.push(part);
  }
  return `[${parts.reverse().join()}]`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPoint = (value: unknown): value is Vec => Array.isArray(value) && value.length === 3 && value.every((m) => typeof m === 'number' && Math.abs(m) <= FAR_M);

/** What makes no shape is left out. */
export function readStored(text: string | null): Drawable[] {
  const read = (one: unknown): Drawable[] => {
    if (!isObject(one)) return [];
    const { kind, points, name } = one;
    if (typeof kind !== 'string' || !Object.hasOwn(LEAST_POINTS, kind) || !Array.isArray(points) || !points.every(isPoint)) return [];
    const of = kind as ShapeKind;
    if (points.length < LEAST_POINTS[of] || points.length > (of === 'point' ? 1 : MOST.corners)) return [];
    return [{ kind: of, points, name: typeof name === 'string' ? name.slice(0, MOST.name) : '' }];
  };
  try {
    const all: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(all) ? all.slice(-MOST.shapes).flatMap(read) : [];
  } catch {
    return [];
  }
}
