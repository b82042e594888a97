// Cuts a simple polygon into triangles.
//
// In: a ring in the plane, without a repeated point, either way round. Out: triples of indices. Pure.
// Called by scene/drawing. Ears are cut off one after another (Meisters 1975), each the first that
// holds no other corner: time grows with the square of the corners, which are few. Of a ring that
// crosses itself, what is left is cut as it comes.
type Point = readonly [number, number];

const turn = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

export function triangles(ring: readonly Point[]): (readonly [number, number, number])[] {
  const area = ring.reduce((sum, [x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length] ?? [0, 0];
    return sum + x * v - u * y;
  }, 0);
  const sign = area < 0 ? -1 : 1;
  const left = ring.map((_, i) => i);
  const found: (readonly [number, number, number])[] = [];
  const point = (i: number): Point => ring[i] ?? [0, 0];
  const isEar = (i: number, j: number, k: number): boolean => {
    const [a, b, c] = [point(i), point(j), point(k)];
    if (turn(a, b, c) * sign <= 0) return false;
    return !left.some((one) => {
      if (one === i || one === j || one === k) return false;
      const p = point(one);
      return turn(a, b, p) * sign >= 0 && turn(b, c, p) * sign >= 0 && turn(c, a, p) * sign >= 0;
    });
  };
  while (left.length > 3) {
    const count = left.length;
    const at = (i: number): number => left[(i + count) % count] ?? 0;
    const ear = left.findIndex((_, i) => isEar(at(i - 1), at(i), at(i + 1)));
    const cut = Math.max(ear, 0);
    if (turn(point(at(cut - 1)), point(at(cut)), point(at(cut + 1))) !== 0) found.push([at(cut - 1), at(cut), at(cut + 1)]);
    left.splice(cut, 1);
  }
  const [i, j, k] = left;
  if (i !== undefined && j !== undefined && k !== undefined) found.push([i, j, k]);
  return found;
}
