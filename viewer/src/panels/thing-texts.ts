// How keys and values of things are written.
import { computed } from '@preact/signals';
import { figure, named } from '../i18n';
import { className } from '../i18n/bim';
import { thingTexts } from '../i18n/things';
import { readIndicatorKey, valuesUnder } from '../state/indicators';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { elements, unitOf, type Thing, type Value } from '../state/things';
import { openModels } from '../state/models';
import { storeys } from '../state/bim';
import { zoneName } from './BuildingRows';

export const thingWords = computed(() => thingTexts(language.value));

/** A key in the user's language, without its unit. */
export function keyName(key: string): string {
  const known = thingWords.value.keys[key];
  if (known !== undefined) return known;
  const indicator = readIndicatorKey(key);
  if (indicator) return named(valuesUnder(key)?.indicator.name, language.value, indicator.code);
  const stream = key.replace(/^stream:/, '');
  if (stream !== key) {
    const kind = [...kinds.value.values()].find(({ streams }) => streams[stream]);
    return named(kind?.streams[stream]?.name, language.value, stream);
  }
  const property = key.replace(/^property:/, '');
  return (texts.value.propertyNames as Readonly<Record<string, string>>)[property] ?? property;
}

/** How units of code are written. */
const UNITS: Readonly<Record<string, string>> = { Cel: '°C', deg: '°', 'm3/h': 'm³/h', m3: 'm³', m2: 'm²', 'kW.h': 'kWh', 'ug/m3': 'µg/m³' };

/** A key with its unit, as heads of columns have it. */
export function keyHead(key: string): string {
  const unit = unitOf(key);
  const name = keyName(key);
  return unit === '' || /[（(]/.test(name) ? name : `${name} (${UNITS[unit] ?? unit})`;
}

/** Years and other whole numbers of four digits are not grouped. */
const plainFigure = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 10_000 ? String(value) : figure(value, language.value));

export function valueText(key: string, value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return plainFigure(value).replace(/^-/, '−');
  const text = String(value);
  if (key === 'kind') return named(kinds.value.get(text)?.name, language.value, text);
  if (key === 'status') return (texts.value.status as Readonly<Record<string, string>>)[text] ?? text;
  if (key === 'zone') return zoneName(text) || text;
  if (key === 'class') return className(text, language.value);
  if (key === 'part') return thingWords.value.parts[text] ?? text;
  if (key === 'storey') return storeyName(text);
  return (texts.value.propertyValues as Readonly<Record<string, string>>)[text] ?? text;
}

function storeyName(id: string): string {
  const storey = [...(storeys.value?.values() ?? [])].flat().find((one) => one.id === id);
  const name = named(storey?.name, language.value, id);
  return openModels.value.length > 1 && storey?.bim ? `${storey.bim.source} ${name}` : name;
}

export const thingName = (thing: Thing): string => {
  const own = named(thing.name, language.value, '');
  const ifcClass = thing.values.get('class');
  return own || (typeof ifcClass === 'string' ? className(ifcClass, language.value) : thing.id);
};

/** What to say where there are no elements. */
export function elementsNote(): string | null {
  if (elements.value === 'failed') return thingWords.value.elementsFailed;
  if (openModels.value.length === 0) return thingWords.value.noModel;
  return elements.value === null ? texts.value.looking : null;
}
