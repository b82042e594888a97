// Shapes as they stand in the address: `d:1,2,3;4,5,6:name/…`, centimetres.
//
// In: shapes with a letter for their kind, points in local metres, a name. Out: a text, and back. Pure.
// Used by measuring and drawing. What is read is hostile.

export interface LinkedShape {
  readonly letter: string;
  readonly points: readonly (readonly [number, number, number])[];
  readonly name: string;
}

/** As an address counts: signs outside ASCII take nine characters. */
const MOST = { link: 3900, shapes: 100, points: 300, name: 60 };
/** Farther from the origin nothing of a community stands. */
const FAR_M = 100_000;

/** Null for no shapes. What does not fit is left out, the oldest first. */
export function writeShapes(all: readonly LinkedShape[]): string | null {
  const say = (value: number): string => String(Number(value.toFixed(2)));
  const parts = all.map(({ letter, points, name }) => {
    const bare = name.replace(/[/:;]/g, ' ');
    return `${letter}:${points.map((p) => p.map(say).join()).join(';')}${bare === '' ? '' : `:${bare}`}`;
  });
  while (parts.length > 0 && encodeURIComponent(parts.join('/')).length > MOST.link) parts.shift();
  return parts.length > 0 ? parts.join('/') : null;
}

/** What makes no shape is left out; `counts` says how many points each letter takes. */
export function readShapes(text: string | null, counts: Readonly<Record<string, { readonly least: number; readonly most: number }>>): LinkedShape[] {
  const read = (part: string): LinkedShape[] => {
    const [letter = '', coordinates = '', name = ''] = part.split(':');
    const count = Object.hasOwn(counts, letter) ? counts[letter] : undefined;
    const points = coordinates.split(';').map((point) => point.split(',').map((m) => (/^-?\d+(\.\d+)?$/.test(m) ? Number(m) : NaN)));
    const good = points.every((p) => p.length === 3 && p.every((m) => Math.abs(m) <= FAR_M));
    if (!count || !good || points.length < count.least || points.length > Math.min(count.most, MOST.points)) return [];
    return [{ letter, points: points as unknown as LinkedShape['points'], name: name.slice(0, MOST.name) }];
  };
  return text === null || text === '' ? [] : text.split('/').slice(0, MOST.shapes).flatMap(read);
}
