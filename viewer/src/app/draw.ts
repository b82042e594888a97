// Drawing in the scene: fetched when it is first wanted.
//
// In: the parts of the scene. Out: running. Called by app/tools.
import { DrawLayer } from '../layers/draw';
import { Snap } from '../layers/snap';
import { startDrawKeys } from '../tools/draw-keys';
import type { Parts } from './testing';

export function start({ viewport, tilesets, claims }: Parts): void {
  new DrawLayer(viewport, tilesets, new Snap(viewport, tilesets), claims);
  startDrawKeys();
}
