// The place of a report chosen in the scene: the picture is moved until a cross lies on it.
//
// In: where the camera is to look first. Out: the spot and what stands there. Its scene is built when it opens and
// taken down with it; without WebGL it says so, and an address does as well.
import { effect } from '@preact/signals-core';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { paintSky, watchContext } from '../app/surroundings';
import type { LocalPoint } from '../api/types';
import { Claims } from '../layers/claims';
import { DeviceSymbols } from '../layers/devices';
import { Navigation } from '../layers/navigation';
import { Photogrammetry } from '../layers/photogrammetry';
import { Picking, type Hit } from '../layers/picking';
import { Tilesets } from '../layers/tilesets';
import { Viewport } from '../scene/viewport';
import { open, publication } from '../state/session';
import { command, placeVisible } from '../state/view';
import { Icon } from './parts';
import { words } from './report-words';

/** What is chosen: the spot, and the building or element that was met. */
export interface Chosen {
  readonly position: LocalPoint;
  readonly object: string | null;
}

interface Opened {
  readonly at: () => Hit | null;
  readonly close: () => void;
}

export function Spot({ from, chosen, close }: { from: LocalPoint | null; chosen: (spot: Chosen) => void; close: () => void }) {
  const t = words.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Opened | null>(null);
  const missing = useSignal(false);
  useEffect(() => {
    if (!canvas.current) return;
    scene.current = openScene(canvas.current, from);
    missing.value = scene.current === null;
    return () => scene.current?.close();
  }, []);
  const take = (): void => {
    const hit = scene.current?.at();
    if (!hit || hit.type === 'device') return;
    chosen({ position: hit.spot.local, object: hit.type === 'ground' ? null : hit.id });
  };
  return (
    <div class="r-spot" role="dialog" aria-modal="true" aria-label={t.whereScene}>
      <canvas ref={canvas} tabIndex={0} role="application" aria-label={t.sceneLabel} />
      {!missing.value && <span class="r-cross" aria-hidden="true" />}
      <p class="r-spot-hint">{missing.value ? t.sceneMissing : placeVisible.value ? t.pickHint : t.loading}</p>
      <div class="r-spot-foot">
        <button class="r-button quiet" type="button" onClick={close}>{t.cancel}</button>
        <button class="r-button" type="button" disabled={missing.value || !placeVisible.value} onClick={take}>
          <Icon name="map-pin" />
          {t.pickDone}
        </button>
      </div>
    </div>
  );
}

function openScene(canvas: HTMLCanvasElement, from: LocalPoint | null): Opened | null {
  let viewport: Viewport;
  try {
    viewport = new Viewport(canvas);
  } catch {
    return null;
  }
  if (!publication.peek()) open();
  const tilesets = new Tilesets(viewport);
  const place = new Photogrammetry(viewport, tilesets, publication);
  const symbols = new DeviceSymbols(viewport);
  const picking = new Picking(viewport, tilesets, symbols);
  const nothing = { tap: () => undefined, hover: () => undefined, leave: () => undefined };
  const claims = new Claims(nothing);
  const navigation = new Navigation(viewport, tilesets, claims, publication, null);
  const unpaint = paintSky(viewport);
  watchContext(viewport);
  const stop = effect(() => {
    if (!placeVisible.value || !from) return;
    queueMicrotask(() => stop());
    command({ do: 'point', at: from });
  });
  return {
    at: () => picking.at(canvas.clientWidth / 2, canvas.clientHeight / 2, true),
    close: () => {
      unpaint();
      for (const part of [navigation, symbols, place, tilesets]) part.dispose();
      viewport.dispose();
      placeVisible.value = false;
    },
  };
}
