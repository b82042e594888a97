// Whether a place lies in an area. Pure. In: a polygon in local metres, a point. Out: yes or no.

/** By crossings of a ray to the east (Shimrat 1962, as corrected by Hacker); the first point need not be repeated. */
export function holdsPoint(area: readonly (readonly [number, number])[], east_m: number, north_m: number): boolean {
  let inside = false;
  area.forEach(([ax, ay], i) => {
    const [bx, by] = area[(i + 1) % area.length] ?? [ax, ay];
    if (ay > north_m !== by > north_m && east_m < ((bx - ax) * (north_m - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}
