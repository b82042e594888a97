// How the objects of building models are drawn: the selected one in a colour, of an isolated model
// only what is in the storey.
//
// In: ids. Out: a look by id. Pure. Called by the model layer.
import type { LookOf } from '../scene/features';
import { SELECTED } from './looks';

/**
 * Until it is known what is in which storey, everything stays. What stands for many objects, such as
 * the blocks of a building seen from far, is in no storey.
 */
export function lookOfModels(
  selected: string | null,
  isolated: { readonly source: string; readonly storey: string } | null,
  storeyOf: ReadonlyMap<string, string> | null,
  isGone: (id: string) => boolean = () => false,
): LookOf {
  return (id) => {
    const elsewhere = isolated && storeyOf && id.startsWith(`${isolated.source}/`) && storeyOf.get(id) !== isolated.storey;
    return elsewhere || isGone(id) ? 'hidden' : id === selected ? SELECTED : null;
  };
}
