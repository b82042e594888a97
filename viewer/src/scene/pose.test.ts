import { describe, expect, test } from 'vitest';
import { MAX_PITCH, MIN_PITCH, add, between, distance, dolly, dot, forward, frame, fromAim, meetLevel, orbit, right, scale, sub, toAim, type Pose, type Vec } from './pose';

const POSE: Pose = { eye: [10, -100, 60], heading_rad: 0.3, pitch_rad: -0.5 };

/** Where a point appears: right, up and depth in the camera's own axes. */
function seen(pose: Pose, p: Vec): Vec {
  const [f, r] = [forward(pose), right(pose)];
  const u: Vec = [r[1] * f[2] - r[2] * f[1], r[2] * f[0] - r[0] * f[2], r[0] * f[1] - r[1] * f[0]];
  const v = sub(p, pose.eye);
  return [dot(v, r), dot(v, u), dot(v, f)];
}

describe('pose', () => {
  test('heading_zero_looks_north_and_a_quarter_turn_looks_east', () => {
    expect(forward({ heading_rad: 0, pitch_rad: 0 })[1]).toBeCloseTo(1);
    expect(forward({ heading_rad: Math.PI / 2, pitch_rad: 0 })[0]).toBeCloseTo(1);
  });

  test('orbiting_keeps_the_pivot_where_it_is_on_screen', () => {
    const pivot: Vec = [30, 20, 5];
    const after = orbit(POSE, pivot, 0.7, -0.2);
    seen(POSE, pivot).forEach((v, i) => expect(seen(after, pivot)[i]).toBeCloseTo(v, 6));
  });

  test('orbiting_never_tips_over', () => {
    expect(orbit(POSE, [0, 0, 0], 0, -9).pitch_rad).toBe(MIN_PITCH);
    expect(orbit(POSE, [0, 0, 0], 0, 9).pitch_rad).toBe(MAX_PITCH);
  });

  test('zooming_stops_at_the_nearest_and_the_farthest_distance', () => {
    expect(distance(dolly(POSE, [0, 0, 0], 1e-6, 4, 1e4).eye, [0, 0, 0])).toBeCloseTo(4);
    expect(distance(dolly(POSE, [0, 0, 0], 1e6, 4, 1e4).eye, [0, 0, 0])).toBeCloseTo(1e4);
  });

  test('an_aim_and_its_pose_are_the_same_view', () => {
    const aim = toAim(POSE, 80);
    fromAim(aim).eye.forEach((v, i) => expect(v).toBeCloseTo(POSE.eye[i] ?? NaN));
  });

  test('a_level_ray_and_a_ray_upwards_meet_no_ground', () => {
    expect(meetLevel([0, 0, 10], [0, 1, 0], 0, 1e5)).toBeNull();
    expect(meetLevel([0, 0, 10], [0, 1, 0.2], 0, 1e5)).toBeNull();
    expect(meetLevel([0, 0, 10], [0, 1, -1], 0, 1e5)).toEqual([0, 10, 0]);
  });

  test('a_framed_box_lies_wholly_inside_the_view', () => {
    const [min, max]: [Vec, Vec] = [[-40, -150, 0], [40, 150, 30]];
    for (const aspect of [0.5, 1.6]) {
      const pose = fromAim(frame(min, max, 0.8, aspect, 0.2, -0.6));
      for (let c = 0; c < 8; c++) {
        const p: Vec = [c & 1 ? 40 : -40, c & 2 ? 150 : -150, c & 4 ? 30 : 0];
        const [x, y, z] = seen(pose, p);
        expect(Math.abs(y / z)).toBeLessThan(Math.tan(0.4));
        expect(Math.abs(x / z)).toBeLessThan(Math.tan(0.4) * aspect);
      }
    }
  });

  test('a_framed_box_is_in_the_middle_of_the_view', () => {
    const pose = fromAim(frame([-40, -150, 0], [40, 150, 30], 0.8, 1.6, 0.2, -0.6));
    const up = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => {
      const [, y, z] = seen(pose, [c & 1 ? 40 : -40, c & 2 ? 150 : -150, c & 4 ? 30 : 0]);
      return y / z;
    });
    expect(Math.max(...up) + Math.min(...up)).toBeCloseTo(0, 1);
  });

  test('a_flight_starts_and_ends_where_it_should_and_turns_the_short_way', () => {
    const a = { ...toAim(POSE, 80), heading_rad: 3 };
    const b = { ...toAim({ ...POSE, eye: add(POSE.eye, scale([1, 1, 0], 50)) }, 20), heading_rad: -3 };
    expect(between(a, b, 0)).toEqual(a);
    expect(between(a, b, 1).distance_m).toBeCloseTo(20);
    expect(Math.abs(between(a, b, 0.5).heading_rad)).toBeGreaterThan(3);
  });
});
