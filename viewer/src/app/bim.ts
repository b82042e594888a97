// What is fetched for communities with a building model: its layer and its keys.
//
// In: the viewport and its tilesets. Out: running. Called by start.
import { Bim } from '../layers/bim';
import type { Tilesets } from '../layers/tilesets';
import type { Viewport } from '../scene/viewport';
import { isolated, spacesShown } from '../state/bim';
import { remember } from '../state/undo';
import { startModelKeys } from '../tools/model-keys';

export function startBim(viewport: Viewport, tilesets: Tilesets): void {
  new Bim(viewport, tilesets);
  startModelKeys();
  remember('storey', { read: () => isolated.value, write: (to) => (isolated.value = to) });
  remember('spaces', { read: () => spacesShown.value, write: (to) => (spacesShown.value = to) });
}
