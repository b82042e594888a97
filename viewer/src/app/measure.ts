// Measuring in the scene: fetched when it is first wanted.
//
// In: the parts of the scene. Out: running. Called by app/tools.
import { MeasureLayer } from '../layers/measure';
import { Snap } from '../layers/snap';
import { list } from '../state/measure';
import { ofSignal, remember } from '../state/undo';
import { startMeasureKeys } from '../tools/measure-keys';
import type { Parts } from './testing';

export function start({ viewport, tilesets, claims }: Parts): void {
  new MeasureLayer(viewport, new Snap(viewport, tilesets), claims);
  remember('measurements', ofSignal(list));
  startMeasureKeys();
}
