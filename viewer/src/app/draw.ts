// Drawing in the scene: fetched when it is first wanted.
//
// In: the parts of the scene. Out: running. Called by app/tools.
import { effect } from '@preact/signals-core';
import { DrawLayer } from '../layers/draw';
import { Snap } from '../layers/snap';
import { kept, shapes } from '../state/draw';
import { ofSignal, remember } from '../state/undo';
import { startDrawKeys } from '../tools/draw-keys';
import type { Parts } from './testing';

export function start({ viewport, tilesets, claims }: Parts): void {
  new DrawLayer(viewport, tilesets, new Snap(viewport, tilesets), claims);
  const stop = effect(() => {
    // What comes out of the browser is no deed of the user's: nothing before it is gone back to.
    if (!kept.value) return;
    queueMicrotask(() => stop());
    remember('shapes', ofSignal(shapes));
  });
  startDrawKeys();
}
