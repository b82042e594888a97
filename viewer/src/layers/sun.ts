// The sun over the scene while its tool is open: shadows, and sunshine at a tapped point.
//
// In: the sun of state, the tap. Out: shadows in the viewport; sunshine in state, reckoned by rays
// against what is loaded, a few at a time so that the page stays alive. Fetched with the tool.
import { effect } from '@preact/signals-core';
import type { Claims } from './claims';
import { Lines } from '../scene/lines';
import { SunShadows } from '../scene/sun-shadows';
import { add, distance, scale, sub, type Vec } from '../scene/pose';
import type { Viewport } from '../scene/viewport';
import { day, daylight, directionOf, instant_ms, minute, origin, playingDay, startSunLink, sun, sunAt, sunshine, zone_min, type Sample } from '../state/sun';
import { publication } from '../state/session';
import { level } from '../state/quality';
import { tool } from '../state/tools';
import type { Tilesets } from './tilesets';

/** The largest stretch that shadows are drawn over at once. */
const MOST_RADIUS_M = 450;
/** How far off a surface rays begin, so that it does not shade itself. */
const OFF_M = 0.12;
/** Minutes that pass in one picture while a day is played. */
const PLAYED_MIN = 5;
const RAYS_AT_ONCE = 4;
/** Pixels at which what only the sun sees is loaded. */
const SUN_PX = 700;
/** How long drawn rays are. */
const RAY_M = 9;

export function startSun(viewport: Viewport, tilesets: Tilesets, claims: Claims): void {
  startSunLink();
  effect(() => {
    if (tool.value !== 'sun' || origin.value === null) return;
    return open(viewport, tilesets, claims);
  });
}

function open(viewport: Viewport, tilesets: Tilesets, claims: Claims): () => void {
  const layers = (): (typeof tilesets.layers extends ReadonlyMap<infer L, unknown> ? L : never)[] =>
    [...tilesets.layers].filter(([, { shows }]) => shows !== 'spaces').map(([layer]) => layer);
  const shadows = new SunShadows(viewport, () => layers().map(({ group }) => group));
  const watched = new Map<unknown, () => void>();
  const lines = new Lines(viewport.renderer.getPixelRatio());
  viewport.scene.add(lines.group);
  let asked = 0;

  const part = viewport.add({
    beforeDraw: () => {
      for (const layer of layers()) if (!watched.has(layer)) watched.set(layer, layer.watch(shadows.camera, SUN_PX));
      const now = sun.peek();
      if (now) {
        const { centre, radius } = stretch(viewport);
        shadows.set(directionOf(now), centre, radius);
      }
      const { width, height, ratio } = viewport.screen;
      lines.resize(width, height, ratio);
      return false;
    },
  });
  const reckon = async (from: Vec): Promise<void> => {
    const mine = ++asked;
    const place = origin.peek();
    if (!place) return;
    const text = day.peek();
    const samples: Sample[] = [];
    for (const { minute: at, position } of daylight(text, place.latitude_deg, place.longitude_deg)) {
      samples.push({ minute: at, solar_h: position.solar_h, lit: tilesets.solid(from, directionOf(position), Infinity) === null });
      if (samples.length % RAYS_AT_ONCE !== 0) continue;
      sunshine.value = { day: text, at: [from[0], from[1], from[2]], samples: [...samples], done: false };
      await new Promise((resolve) => setTimeout(resolve));
      if (mine !== asked) return;
    }
    sunshine.value = { day: text, at: [from[0], from[1], from[2]], samples, done: true };
  };
  const release = claims.take({
    tap: (x, y) => {
      const { x: e, y: n, z: u } = viewport.camera.position;
      const hit = tilesets.solid([e, n, u], viewport.ray(x, y), Infinity);
      if (!hit) return;
      const back = sub([e, n, u], hit.point);
      void reckon(add(hit.point, scale(back, OFF_M / Math.max(distance([e, n, u], hit.point), OFF_M))));
    },
    hover: () => void (viewport.canvas.style.cursor = 'crosshair'),
    leave: () => void (viewport.canvas.style.cursor = ''),
  });
  const stops = [
    effect(() => {
      shadows.on = level.value.shadows;
      viewport.invalidate();
    }),
    effect(() => {
      if (sun.value) viewport.invalidate();
    }),
    // Another day means other sunshine at the same point.
    effect(() => {
      const at = sunshine.peek();
      if (at && at.day !== day.value) void reckon([at.at[0], at.at[1], at.at[2]]);
    }),
    effect(() => {
      lines.set(raysOf(sunshine.value));
      viewport.invalidate();
    }),
    effect(() => {
      if (!playingDay.value) return;
      const timer = setInterval(() => (minute.value = (minute.peek() + PLAYED_MIN) % 1440), 100);
      return () => clearInterval(timer);
    }),
  ];
  return () => {
    asked++;
    for (const stop of stops) stop();
    for (const stop of watched.values()) stop();
    release();
    part();
    lines.dispose();
    shadows.dispose();
    [sunshine.value, playingDay.value] = [null, false];
  };
}

/** From the point towards the sun at each moment that it reaches it. */
function raysOf(found: typeof sunshine.value): [Vec, Vec][] {
  const place = origin.peek();
  if (!found || !place) return [];
  const at: Vec = [found.at[0], found.at[1], found.at[2]];
  return found.samples
    .filter(({ lit }) => lit)
    .map((sample) => [at, add(at, scale(directionOf(sunAt(instant_ms(found.day, sample.minute, zone_min(found.day, place.longitude_deg)), place.latitude_deg, place.longitude_deg)), RAY_M))]);
}

/** What shadows are drawn over: the community, or where one looks if it is large. */
function stretch({ camera }: Viewport): { centre: Vec; radius: number } {
  const bounds = publication.peek()?.catalog.community.bounds;
  const [min, max]: [Vec, Vec] = bounds
    ? [[bounds.min.east_m, bounds.min.north_m, bounds.min.up_m], [bounds.max.east_m, bounds.max.north_m, bounds.max.up_m]]
    : [[-200, -200, 0], [200, 200, 50]];
  const radius = distance(min, max) / 2;
  const centre = scale(add(min, max), 0.5);
  if (radius <= MOST_RADIUS_M) return { centre, radius };
  const e = camera.matrixWorld.elements;
  const [ahead, eye]: [Vec, Vec] = [[-e[8], -e[9], -e[10]], [camera.position.x, camera.position.y, camera.position.z]];
  const away = Math.min(Math.max((eye[2] - centre[2]) / Math.max(-ahead[2], 0.15), 0), MOST_RADIUS_M * 2);
  // In steps, so that the map is not drawn anew with every pixel.
  const snapped = add(eye, scale(ahead, away)).map((part) => Math.round(part / 20) * 20);
  return { centre: [snapped[0] ?? 0, snapped[1] ?? 0, centre[2]], radius: MOST_RADIUS_M };
}
