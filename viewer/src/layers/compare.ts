// Draws two states of the place: what each side shows is made visible before the side is drawn or hit.
//
// In: the comparison of state. Out: the viewport's split, tiles that only one side needs, symbols of
// another time. Fetched with the tool.
import { computed, effect } from '@preact/signals-core';
import type { DeviceView } from '../api/types';
import { TileLayer } from '../scene/tiles';
import type { Viewport } from '../scene/viewport';
import { onPhone } from '../state/actions';
import { attempts, changeSide, comparison, divider, lacks, remembered, startCompareLink, withSource, type Comparison } from '../state/compare';
import { devices, devicesKnown } from '../state/devices';
import { models, replacedBy, sides } from '../state/models';
import { publication } from '../state/session';
import { devicesOf, troubleOf, type Trouble } from '../state/time';
import { remember } from '../state/undo';
import type { DeviceSymbols } from './devices';
import { looks, looksBeside } from './looks';
import { toWorld } from './photogrammetry';
import type { Tilesets } from './tilesets';

const ERROR_TARGET_PX = 16;

interface Survey {
  readonly url: string;
  readonly layer: TileLayer;
}

export function startCompare(viewport: Viewport, tilesets: Tilesets, symbols: DeviceSymbols): void {
  startCompareLink();
  remember('comparison', remembered);
  const surveys = new Map<string, Survey>();
  const times: (ReadonlyMap<string, DeviceView> | null)[] = [null, null];
  let now: Comparison | null = null;

  const enter = (side: 0 | 1): void => {
    if (!now) return;
    const { survey, models: shown } = now.sides[side];
    const own = surveys.get(survey)?.layer;
    const mine = new Set([...surveys.values()].map(({ layer }) => layer));
    for (const [layer, { shows, source }] of tilesets.layers) {
      layer.group.visible = shows === 'survey' ? (own ? layer === own : survey !== 'none' && !mine.has(layer)) : shown.has(source);
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
    viewport.split = { beside: found.beside, at: found.beside ? 0.5 : divider.peek(), enter };
    viewport.invalidate();
  });
  effect(() => {
    const at = divider.value;
    const { split } = viewport;
    if (!split || split.beside) return;
    viewport.split = { ...split, at };
    viewport.invalidate();
  });
  effect(() => {
    const second = secondLooks.value;
    if (second) for (const [layer, { shows }] of tilesets.layers) if (shows === 'survey') layer.paint(second, 1);
  });
  effect(() => {
    const first = looks.value;
    for (const { layer } of surveys.values()) layer.paint(first);
  });
  effect(() => {
    const open = publication.value;
    const wanted = new Map(wantedSurveys.value.split(' ').flatMap((id) => {
      const scene = open?.catalog.scenes.find((one) => one.id === id);
      return open && scene ? [[id, new URL(scene.tileset, open.base).href] as const] : [];
    }));
    for (const [id, { url, layer }] of surveys) {
      // A new publication has other tiles under the same name.
      if (wanted.get(id) === url) continue;
      surveys.delete(id);
      tilesets.close(layer);
    }
    for (const [id, url] of wanted) {
      if (!open || surveys.has(id)) continue;
      const layer = new TileLayer({ url, toWorld: toWorld(open), errorTarget_px: ERROR_TARGET_PX, phone: onPhone(), ktx2: tilesets.ktx2, changed: viewport.invalidate });
      surveys.set(id, { url, layer });
      layer.paint(looks.peek());
      const second = secondLooks.peek();
      if (second) layer.paint(second, 1);
      tilesets.open(layer, 'survey');
      viewport.scene.add(layer.group);
    }
  });
  for (const side of [0, 1] as const) startDevices(side, (list) => {
    times[side] = list;
    viewport.invalidate();
  });
}

/** How the survey looks on the second side. */
const secondLooks = computed(() => {
  const shown = comparison.value?.sides[1].models;
  return shown ? looksBeside(replacedBy(models.value.filter(({ source }) => shown.has(source)))) : null;
});

/** As a text, so that only other surveys are a change; ids have no spaces. */
const wantedSurveys = computed(() => [...new Set(comparison.value?.sides.map(({ survey }) => survey) ?? [])].join(' '));

const NOBODY: ReadonlyMap<string, DeviceView> = new Map();

/** Fetches the devices of a side's instant, once for each instant. Until they are there the side has none: the present would lie. */
function startDevices(side: 0 | 1, draw: (list: ReadonlyMap<string, DeviceView> | null) => void): void {
  const at_ms = computed(() => comparison.value?.sides[side].at_ms ?? null);
  const lack = lacks[side];
  effect(() => {
    const wanted = at_ms.value;
    if (attempts.value < 0) return;
    lack.value = wanted === null ? null : 'asking';
    draw(wanted === null ? null : NOBODY);
    if (wanted === null || !devicesKnown.value) return;
    const stop = new AbortController();
    const end = (list: ReadonlyMap<string, DeviceView>, left: Trouble | null): void => {
      if (stop.signal.aborted) return;
      lack.value = left;
      draw(list);
    };
    devicesOf(wanted, stop.signal).then((list) => end(list, null), (error: unknown) => end(NOBODY, troubleOf(error)));
    return () => stop.abort();
  });
}
