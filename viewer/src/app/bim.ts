// What is fetched for communities with a building model: its layer and its keys.
//
// In: the viewport and its tilesets. Out: running. Called by start.
import { Bim } from '../layers/bim';
import type { Tilesets } from '../layers/tilesets';
import type { Viewport } from '../scene/viewport';
import { startModelKeys } from '../tools/model-keys';

export function startBim(viewport: Viewport, tilesets: Tilesets): void {
  new Bim(viewport, tilesets);
  startModelKeys();
}
