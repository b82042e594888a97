import { expect, test } from 'vitest';
import { BODY_M, openHeading, step, turned, type Around, type Vec } from './walk';

/** Level ground, a wall along a north line, a kerb along another: [east, height]. */
const place = ({ wall = Infinity, kerb = Infinity, kerb_m = 0 }): Around => ({
  ahead: ([east, , up], [x], far_m) => {
    const meets = (at: number): number => (x > 1e-9 ? (at - east) / x : Infinity);
    const distance_m = Math.min(meets(wall), up < kerb_m ? meets(kerb) : Infinity);
    return distance_m >= 0 && distance_m <= far_m ? { distance_m, outward: [-1, 0] } : null;
  },
  below: ([east, , up]) => (east >= kerb && kerb_m <= up ? kerb_m : 0),
});
const walk = (around: Around, heading_deg: number, seconds: number, from: Vec = [0, 0, 0]): Vec => {
  let feet = from;
  for (let i = 0; i < seconds * 10; i++) feet = step(feet, { right: 0, forward: 1, fast: false }, (heading_deg * Math.PI) / 180, 0.1, around);
  return feet;
};

test('one_walks_as_fast_as_people_do', () => {
  const [east, north] = walk(place({}), 90, 4);
  expect([east, north]).toEqual([expect.closeTo(6, 6), expect.closeTo(0, 6)]);
});

test('a_wall_stops_who_walks_into_it_however_long_they_push', () => {
  expect(walk(place({ wall: 3 }), 90, 60)[0]).toBeCloseTo(3 - BODY_M, 3);
  // Nor does a slow picture carry anybody through.
  expect(step([2, 0, 0], { right: 0, forward: 1, fast: true }, Math.PI / 2, 30, place({ wall: 3 }))[0]).toBeLessThanOrEqual(3 - BODY_M + 1e-9);
});

test('one_slides_along_a_wall_that_one_meets_aslant', () => {
  const [east, north] = walk(place({ wall: 3 }), 45, 10);
  expect(east).toBeLessThan(3 - BODY_M * 0.7);
  expect(north).toBeGreaterThan(8);
});

test('a_kerb_is_climbed_and_a_higher_step_is_a_wall', () => {
  expect(walk(place({ kerb: 2, kerb_m: 0.5 }), 90, 4)).toEqual([expect.closeTo(6, 6), expect.closeTo(0, 6), 0.5]);
  expect(walk(place({ kerb: 2, kerb_m: 0.8 }), 90, 4)[0]).toBeLessThan(2);
});

test('one_comes_down_from_a_wall_but_does_not_leave_the_ground', () => {
  expect(walk(place({}), 0, 2, [0, 0, 3])[2]).toBe(0);
  const edge: Around = { ahead: () => null, below: ([east]) => (east < 1 ? 0 : null) };
  expect(walk(edge, 90, 5)[0]).toBeLessThan(1);
});

test('one_turns_to_the_right_and_no_slow_picture_spins_the_head', () => {
  expect(turned(1, 1, 0.1)).toBeGreaterThan(1);
  expect(turned(1, -1, 0.1)).toBeLessThan(1);
  expect(turned(0, 1, 9)).toBe(turned(0, 1, 0.25));
});

test('who_arrives_before_a_wall_looks_to_the_side_that_is_open', () => {
  const east = Math.PI / 2;
  expect(openHeading([0, 0, 0], east, place({ wall: 50 }))).toBe(east);
  // Two metres before a wall: 67.5° and more away from it, the first to the right.
  const turn = openHeading([0, 0, 0], east, place({ wall: 2 })) - east;
  expect(Math.abs(turn)).toBeGreaterThan(Math.PI / 3);
  expect(Math.abs(turn)).toBeLessThanOrEqual(Math.PI / 2 + 1e-9);
  // Walls all around: where it is farthest to the next.
  const shaft: Around = { ahead: (_, [x, y]) => ({ distance_m: y > 0.99 ? 3 : 1, outward: [-x, -y] }), below: () => 0 };
  expect(Math.cos(openHeading([0, 0, 0], east, shaft))).toBeCloseTo(1, 6);
});
