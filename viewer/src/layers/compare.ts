// Draws two states of the place: what each side shows is made visible before the side is drawn or hit.
//
// In: the comparison of state. Out: the viewport's split, tiles that only one side needs, symbols of
// another time. Fetched with the tool.
import { effect } from '@preact/signals-core';
import type { DeviceView } from '../api/types';
import { TileLayer } from '../scene/tiles';
import type { Viewport } from '../scene/viewport';
import { onPhone } from '../state/actions';
import { changeSide, comparison, startCompareLink, withSource, type Comparison } from '../state/compare';
import { devices, present } from '../state/devices';
import { models, replacedBy, sides } from '../state/models';
import { publication } from '../state/session';
import { devicesOf } from '../state/time';
import type { DeviceSymbols } from './devices';
import { looksBeside } from './looks';
import { toWorld } from './photogrammetry';
import type { Tilesets } from './tilesets';

const ERROR_TARGET_PX = 16;

export function startCompare(viewport: Viewport, tilesets: Tilesets, symbols: DeviceSymbols): void {
  startCompareLink();
  const surveys = new Map<string, TileLayer>();
  const times: (ReadonlyMap<string, DeviceView> | null)[] = [null, null];
  let now: Comparison | null = null;

  const enter = (side: 0 | 1): void => {
    if (!now) return;
    const { survey, models: shown } = now.sides[side];
    const own = surveys.get(survey);
    for (const [layer, { shows, source }] of tilesets.layers) {
      const mine = [...surveys.values()].includes(layer);
      layer.group.visible = shows === 'survey' ? (own ? layer === own : survey !== 'none' && !mine) : shown.has(source);
      layer.enter(side);
    }
    if (times[0] ?? times[1]) symbols.draw(times[side] ?? devices.peek());
  };

  effect(() => {
    const found = comparison.value;
    now = found;
    if (!found) {
      if (!viewport.split) return;
      viewport.split = sides.value = null;
      for (const layer of tilesets.layers.keys()) {
        layer.enter(0);
        layer.group.visible = true;
      }
      viewport.invalidate();
      return;
    }
    sides.value = { shown: [found.sides[0].models, found.sides[1].models], toggle: (source) => changeSide(0, { models: withSource(models.peek(), found.sides[0].models, source) }) };
    viewport.split = { beside: found.beside, at: found.beside ? 0.5 : found.at, enter };
    viewport.invalidate();
  });
  effect(() => {
    const found = comparison.value;
    const looks = found ? looksBeside(replacedBy(models.value.filter(({ source }) => found.sides[1].models.has(source)))) : null;
    if (looks) for (const [layer, { shows }] of tilesets.layers) if (shows === 'survey') layer.paint(looks, 1);
  });
  effect(() => {
    const open = publication.value;
    const wanted = new Set(comparison.value?.sides.map(({ survey }) => survey) ?? []);
    for (const [id, layer] of surveys) {
      if (wanted.has(id)) continue;
      surveys.delete(id);
      tilesets.close(layer);
    }
    for (const id of wanted) {
      const scene = open?.catalog.scenes.find((one) => one.id === id);
      if (!open || !scene || surveys.has(id)) continue;
      const layer = new TileLayer({
        url: new URL(scene.tileset, open.base).href, toWorld: toWorld(open), errorTarget_px: ERROR_TARGET_PX, phone: onPhone(), ktx2: tilesets.ktx2, changed: viewport.invalidate,
      });
      surveys.set(id, layer);
      tilesets.open(layer, 'survey');
      viewport.scene.add(layer.group);
    }
  });
  for (const side of [0, 1] as const) {
    effect(() => {
      const at_ms = comparison.value?.sides[side].at_ms ?? null;
      times[side] = null;
      if (at_ms === null || present.value.size === 0) {
        viewport.invalidate();
        return;
      }
      const stop = new AbortController();
      devicesOf(at_ms, stop.signal).then(
        (list) => {
          if (!stop.signal.aborted) times[side] = list;
          viewport.invalidate();
        },
        () => undefined, // The side shows the present until somebody chooses again.
      );
      return () => stop.abort();
    });
  }
}
