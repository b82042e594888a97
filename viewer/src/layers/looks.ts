// How buildings are drawn in the survey: the selected one in a colour, hidden ones and those that a
// model stands for not at all.
//
// In: selection, hidden and replaced buildings of state. Out: a look by id, new whenever one changes.
// Called by the photogrammetry layer.
import { computed } from '@preact/signals-core';
import type { LookOf } from '../scene/features';
import { replaced } from '../state/models';
import { hidden, selection } from '../state/selection';
import { paintShown } from '../state/view';

/** The colour of the outline, half over the survey's own. */
export const SELECTED = [0.24, 0.83, 0.86, 0.5] as const;

/** The id alone, so that picking another point of the same building changes nothing. */
const selectedId = computed(() => (selection.value?.type === 'building' ? selection.value.id : null));

/** How buildings look while `instead` give way to models. */
export function looksBeside(instead: ReadonlySet<string>): LookOf {
  const [selected, absent, paint] = [selectedId.value, hidden.value, paintShown.value];
  return (id) => (absent.has(id) || instead.has(id) ? 'hidden' : id === selected ? SELECTED : (paint?.(id) ?? null));
}

export const looks = computed(() => looksBeside(replaced.value));
