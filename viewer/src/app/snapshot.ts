// Pictures of the scene: fetched when they are first wanted.
//
// In: the parts of the scene. Out: running. Called by app/tools.
import { startPictures } from '../layers/picture';
import type { Parts } from './testing';

export function start({ viewport, tilesets }: Parts): void {
  startPictures(viewport, tilesets);
}
