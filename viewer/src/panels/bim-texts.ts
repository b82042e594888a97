// The texts about models in the current language, and how a model and its objects are called.
import { computed } from '@preact/signals';
import type { ModelObject } from '../api/types';
import { named } from '../i18n';
import { bimTexts, className } from '../i18n/bim';
import { modelBuildings } from '../state/bim';
import type { Model } from '../state/models';
import { buildingById } from '../state/session';
import { language } from '../state/settings';

export const words = computed(() => bimTexts(language.value));

export const classWord = (ifcClass: string): string => className(ifcClass, language.value);

/** The name that the file gives, else the word for its class. */
export function objectName(object: ModelObject): string {
  const kind = object.bim ? classWord(object.bim.ifc_class) : words.value.unnamed;
  return named(object.name, language.value, '') || kind;
}

/** Footprints that a model stands for. */
export const replacedNames = (model: Model): string =>
  model.replaces.map((id) => named(buildingById.value.get(id)?.name, language.value, id.replace(/^building\//, ''))).join('、');

/** As its building is called, by the footprint or by the file, else as the plan calls the source. */
export function modelName(model: Model): string {
  const own = modelBuildings.value.get(model.source);
  return named(own?.name, language.value, '') || model.source;
}
