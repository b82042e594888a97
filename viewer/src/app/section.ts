// The section in the scene: fetched when it is first wanted.
//
// In: the parts of the scene. Out: running. Called by app/tools.
import { SectionLayer } from '../layers/section';
import { section } from '../state/section';
import { ofSignal, remember } from '../state/undo';
import type { Parts } from './testing';

export function start({ viewport, tilesets, symbols, claims }: Parts): void {
  new SectionLayer(viewport, tilesets, symbols, claims);
  remember('section', ofSignal(section));
}
