// The place of a report chosen in the scene: the picture is moved until a cross lies on it.
//
// In: where the camera is to look first. Out: the spot and what stands there. Its scene is built when it opens and
// taken down with it; without WebGL it says so, and an address does as well.
import { effect } from '@preact/signals-core';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LocalPoint } from '../api/types';
import type { Spot as Chosen } from '../state/resident/spot';
import { open } from '../state/session';
import { command, placeVisible } from '../state/view';
import { Icon } from './parts';
import { words } from './report-words';
import { openScene, type OpenScene } from './scene';

export function Spot({ from, chosen, close }: { from: LocalPoint | null; chosen: (spot: Chosen) => void; close: () => void }) {
  const t = words.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<OpenScene | null>(null);
  const missing = useSignal(false);
  useEffect(() => {
    if (!canvas.current) return;
    scene.current = openScene(canvas.current);
    missing.value = scene.current === null;
    if (!scene.current) return;
    open();
    const unaim = from ? aim(from) : () => undefined;
    return () => {
      unaim();
      scene.current?.close();
    };
  }, []);
  const take = (): void => {
    const { clientWidth = 0, clientHeight = 0 } = canvas.current ?? {};
    const hit = scene.current?.at(clientWidth / 2, clientHeight / 2);
    if (!hit) return;
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

/** Looks at a place as soon as the scene stands. */
function aim(at: LocalPoint): () => void {
  const stop = effect(() => {
    if (!placeVisible.value) return;
    queueMicrotask(() => stop());
    command({ do: 'point', at });
  });
  return stop;
}
