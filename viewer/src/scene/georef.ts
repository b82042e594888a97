// Frames: geographic (WGS 84), ECEF, the community's local metres, and the engine's world.
//
// In: the origin of the local frame from the catalogue. Out: conversions. Called by the scene (where
// tilesets stand) and the layers (coordinates of a picked point). No GPU, no engine.
//
// The engine's world *is* the local frame: x = east, y = north, z = up, in metres, Z up. This is the
// one place that says so. Formulas: ECEF from geodetic and back after Bowring 1976 (as iterated in
// EPSG Guidance Note 7-2, 4.1.1), ENU axes as in the same note, 4.1.2.

/** A position in the community's local frame, metres. */
export interface LocalPoint {
  readonly east_m: number;
  readonly north_m: number;
  readonly up_m: number;
}

/** A WGS 84 position: degrees, metres above the ellipsoid. */
export interface GeographicPoint {
  readonly longitude_deg: number;
  readonly latitude_deg: number;
  readonly height_m: number;
}

/** Earth-centred, Earth-fixed metres. */
export type EcefPoint = readonly [number, number, number];

/** A 4 × 4 matrix, column-major as in 3D Tiles and glTF. */
export type Matrix = readonly number[];

/** Semi-major axis and squared eccentricity of WGS 84 (NIMA TR8350.2). */
const A_M = 6378137;
const F = 1 / 298.257223563;
const E2 = F * (2 - F);
const DEG = Math.PI / 180;

/** No rotation, no shift: the root of a tileset that is already in local metres. */
export const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

export function geographicToEcef(point: GeographicPoint): EcefPoint {
  const lon = point.longitude_deg * DEG;
  const lat = point.latitude_deg * DEG;
  const n = A_M / Math.sqrt(1 - E2 * Math.sin(lat) ** 2);
  const p = (n + point.height_m) * Math.cos(lat);
  return [p * Math.cos(lon), p * Math.sin(lon), (n * (1 - E2) + point.height_m) * Math.sin(lat)];
}

/** The inverse of {@link geographicToEcef}; exact to well below a millimetre near the surface. */
export function ecefToGeographic([x, y, z]: EcefPoint): GeographicPoint {
  const p = Math.hypot(x, y);
  let lat = Math.atan2(z, p * (1 - E2));
  let height = 0;
  for (let i = 0; i < 6; i++) {
    const n = A_M / Math.sqrt(1 - E2 * Math.sin(lat) ** 2);
    height = p * Math.cos(lat) + z * Math.sin(lat) - A_M * Math.sqrt(1 - E2 * Math.sin(lat) ** 2);
    lat = Math.atan2(z, p * (1 - (E2 * n) / (n + height)));
  }
  return { longitude_deg: Math.atan2(y, x) / DEG, latitude_deg: lat / DEG, height_m: height };
}

/** Local metres → ECEF at `origin`: the root transform that the builder writes. */
export function enuToEcef(origin: GeographicPoint): Matrix {
  const lon = origin.longitude_deg * DEG;
  const lat = origin.latitude_deg * DEG;
  const [sl, cl, sp, cp] = [Math.sin(lon), Math.cos(lon), Math.sin(lat), Math.cos(lat)];
  const [x, y, z] = geographicToEcef(origin);
  return [-sl, cl, 0, 0, -sp * cl, -sp * sl, cp, 0, cp * cl, cp * sl, sp, 0, x, y, z, 1];
}

/** ECEF → local metres: the inverse of a rotation and a shift is its transpose and the shift undone. */
export function ecefToEnu(origin: GeographicPoint): Matrix {
  const m = enuToEcef(origin);
  const at = (i: number): number => m[i] ?? 0;
  const back = (axis: number): number =>
    -(at(axis * 4) * at(12) + at(axis * 4 + 1) * at(13) + at(axis * 4 + 2) * at(14));
  return [
    at(0), at(4), at(8), 0,
    at(1), at(5), at(9), 0,
    at(2), at(6), at(10), 0,
    back(0), back(1), back(2), 1,
  ]; // prettier-ignore
}

export function transform(m: Matrix, [x, y, z]: EcefPoint): EcefPoint {
  const row = (i: number): number =>
    (m[i] ?? 0) * x + (m[i + 4] ?? 0) * y + (m[i + 8] ?? 0) * z + (m[i + 12] ?? 0);
  return [row(0), row(1), row(2)];
}

export function localToGeographic(origin: GeographicPoint, p: LocalPoint): GeographicPoint {
  return ecefToGeographic(transform(enuToEcef(origin), [p.east_m, p.north_m, p.up_m]));
}

export function geographicToLocal(origin: GeographicPoint, p: GeographicPoint): LocalPoint {
  const [east_m, north_m, up_m] = transform(ecefToEnu(origin), geographicToEcef(p));
  return { east_m, north_m, up_m };
}
