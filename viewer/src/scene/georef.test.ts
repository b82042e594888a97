import { describe, expect, test } from 'vitest';
import { ecefToEnu, ecefToGeographic, enuToEcef, geographicToEcef, geographicToLocal, localToGeographic, transform } from './georef';

const ORIGIN = { longitude_deg: 113.38, latitude_deg: 22.511, height_m: 3 };

describe('georef', () => {
  test('a_known_point_gets_its_published_ecef_position', () => {
    // EPSG Guidance Note 7-2, 4.1.1: 53°48'33.82"N 2°07'46.38"E, 73 m.
    const ecef = geographicToEcef({ latitude_deg: 53.80939444, longitude_deg: 2.12955, height_m: 73 });
    expect(ecef[0]).toBeCloseTo(3771793.97, 1);
    expect(ecef[1]).toBeCloseTo(140253.34, 1);
    expect(ecef[2]).toBeCloseTo(5124304.35, 1);
  });

  test('geographic_to_ecef_and_back_returns_the_same_point', () => {
    for (const latitude_deg of [-89.9, -45, 0, 22.5, 89.9]) {
      const p = ecefToGeographic(geographicToEcef({ longitude_deg: -120.5, latitude_deg, height_m: 812.25 }));
      expect(p.latitude_deg).toBeCloseTo(latitude_deg, 10);
      expect(p.longitude_deg).toBeCloseTo(-120.5, 10);
      expect(p.height_m).toBeCloseTo(812.25, 6);
    }
  });

  test('the_root_transform_and_its_inverse_cancel_to_a_micrometre', () => {
    const there = transform(enuToEcef(ORIGIN), [1234.5, -987.25, 40]);
    const back = transform(ecefToEnu(ORIGIN), there);
    [1234.5, -987.25, 40].forEach((v, i) => expect(back[i]).toBeCloseTo(v, 6));
  });

  test('x_is_east_y_is_north_z_is_up', () => {
    const north = localToGeographic(ORIGIN, { east_m: 0, north_m: 100, up_m: 0 });
    expect(north.latitude_deg).toBeGreaterThan(ORIGIN.latitude_deg);
    expect(north.longitude_deg).toBeCloseTo(ORIGIN.longitude_deg, 9);
    const east = localToGeographic(ORIGIN, { east_m: 100, north_m: 0, up_m: 0 });
    expect(east.longitude_deg).toBeGreaterThan(ORIGIN.longitude_deg);
    const up = localToGeographic(ORIGIN, { east_m: 0, north_m: 0, up_m: 10 });
    expect(up.height_m).toBeCloseTo(13, 6);
  });

  test('local_to_geographic_and_back_returns_the_same_metres', () => {
    const p = geographicToLocal(ORIGIN, localToGeographic(ORIGIN, { east_m: -512.125, north_m: 2048, up_m: 33 }));
    expect(p.east_m).toBeCloseTo(-512.125, 5);
    expect(p.north_m).toBeCloseTo(2048, 5);
    expect(p.up_m).toBeCloseTo(33, 5);
  });
});
