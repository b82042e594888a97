// Walking through the scene: fetched when it is first wanted.
//
// In: the parts of the scene. Out: running. Called by app/tools.
import { WalkLayer } from '../layers/walk';
import { startWalkKeys } from '../tools/walk-keys';
import type { Parts } from './testing';

export function start({ viewport, tilesets, navigation, claims }: Parts): void {
  new WalkLayer(viewport, tilesets, navigation, claims);
  startWalkKeys();
}
