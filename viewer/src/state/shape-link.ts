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
const MOST = { link: 3900, shapes: 100, name: 60 };
/** Farther from the origin nothing of a community stands. */
export const FAR_M = 100_000;

/** A name without what separates parts. */
export const bare = (name: string): string => name.replace(/[/:;]/g, ' ');

/** Null for no shapes. What does not fit is left out, the oldest first. */
export function writeShapes(all: readonly LinkedShape[]): string | null {
  const say = (value: number): string => String(Number(value.toFixed(2)));
  const parts = all.map(({ letter, points, name }) => {
    return `${letter}:${points.map((p) => p.map(say).join()).join(';')}${name === '' ? '' : `:${bare(name)}`}`;
  });
  const kept: string[] = [];
  let left = MOST.link;
  // From the newest on, until the address is full; between two stands a stroke, three characters.
  for (const part of parts.reverse()) {
    left -= encodeURIComponent(part).length + (kept.length > 0 ? 3 : 0);
    if (left < 0 || kept.length === MOST.shapes) break;
    kept.push(part);
  }
  return kept.length > 0 ? kept.reverse().join('/') : null;
}

/** What makes no shape is left out; `counts` says how many points each letter takes. */
export function readShapes(text: string | null, counts: Readonly<Record<string, { readonly least: number; readonly most: number }>>): LinkedShape[] {
  const read = (part: string): LinkedShape[] => {
    const [letter = '', coordinates = '', name = ''] = part.split(':');
    const count = Object.hasOwn(counts, letter) ? counts[letter] : undefined;
    const points = coordinates.split(';').map((point) => point.split(',').map((m) => (/^-?\d+(\.\d+)?$/.test(m) ? Number(m) : NaN)));
    const good = points.every((p) => p.length === 3 && p.every((m) => Math.abs(m) <= FAR_M));
    if (!count || !good || points.length < count.least || points.length > count.most) return [];
    return [{ letter, points: points as unknown as LinkedShape['points'], name: name.slice(0, MOST.name) }];
  };
  return text === null || text === '' ? [] : text.split('/').slice(0, MOST.shapes).flatMap(read);
}
