// What is not to be drawn, besides buildings of the survey: parts of building models, kinds of devices and of reports.
//
// In: the layer tree, the address. Out: rules for the model layer; the address's `hide`. A rule is the
// id of an element, of a storey, or a storey and a class: so that what a storey holds need not be listed.
import { batch, computed, signal } from '@preact/signals-core';
import { hiddenKinds } from './devices';
import type { LinkPart } from './link-parts';
import { toggled } from './models';
import { hiddenReportKinds } from './reports';
import { hidden } from './selection';
import { buildings, zones } from './session';

export const hiddenParts = signal<ReadonlySet<string>>(new Set());

/** A rule for all of one class in one storey. */
export const classRule = (storey: string, ifcClass: string): string => `${storey}|${ifcClass}`;

/** Whether rules hide something of a model. */
export function isGone(rules: ReadonlySet<string>, id: string, storey: string | undefined, ifcClass: string | undefined): boolean {
  return rules.has(id) || (storey !== undefined && (rules.has(storey) || rules.has(classRule(storey, ifcClass ?? ''))));
}

/** Whether anything at all is hidden. */
export const anythingHidden = computed(() => hidden.value.size + hiddenParts.value.size + hiddenKinds.value.size + hiddenReportKinds.value.size > 0);

export function showEverything(): void {
  batch(() => {
    hidden.value = new Set();
    hiddenParts.value = new Set();
    hiddenKinds.value = new Set();
    hiddenReportKinds.value = new Set();
  });
}

/** Addresses beyond this are cut by mail programs; what does not fit is not told. */
const LONGEST = 3000;

/** Hidden things as a text: a letter for what they are, then their id; a zone for all its buildings. */
export function writeHidden(): string | null {
  const gone = hidden.value;
  const whole = zones.value.filter(({ id }) => {
    const own = buildings.value.filter(({ zone }) => zone === id);
    return own.length > 1 && own.every((building) => gone.has(building.id));
  });
  const covered = new Set(buildings.value.filter(({ zone }) => whole.some(({ id }) => id === zone)).map(({ id }) => id));
  const tokens = [
    ...whole.map(({ id }) => `z:${id.replace(/^zone\//, '')}`),
    ...[...gone].filter((id) => !covered.has(id)).map((id) => `b:${id.replace(/^building\//, '')}`),
    ...[...hiddenKinds.value].map((id) => `k:${id}`),
    ...[...toggled.value].map((id) => `m:${id}`),
    ...[...hiddenParts.value].map((id) => `p:${id}`),
  ].map((token) => token.replaceAll('%', '%25').replaceAll(',', '%2C'));
  let text = '';
  for (const token of tokens) {
    if (text.length + token.length > LONGEST) break;
    text += text === '' ? token : `,${token}`;
  }
  return text === '' ? null : text;
}

/** What a text says is hidden; what cannot be understood is left out. Zones wait for the list of buildings. */
export function readHidden(text: string | null, ofZone: (zone: string) => readonly string[]): Record<'buildings' | 'kinds' | 'models' | 'parts', Set<string>> {
  const found = { buildings: new Set<string>(), kinds: new Set<string>(), models: new Set<string>(), parts: new Set<string>() };
  for (const token of (text ?? '').split(',')) {
    const [, letter, rest] = /^([zbkmp]):(.{1,200})$/.exec(token) ?? [];
    if (!letter || !rest) continue;
    const id = rest.replaceAll('%2C', ',').replaceAll('%25', '%');
    if (letter === 'z') ofZone(`zone/${id}`).forEach((one) => found.buildings.add(one));
    else if (letter === 'b') found.buildings.add(`building/${id}`);
    else found[letter === 'k' ? 'kinds' : letter === 'm' ? 'models' : 'parts'].add(id);
  }
  return found;
}

export const hideLink: LinkPart = {
  write: writeHidden,
  read(text) {
    const found = readHidden(text, (zone) => buildings.peek().filter((one) => one.zone === zone).map(({ id }) => id));
    batch(() => {
      hidden.value = found.buildings;
      hiddenKinds.value = found.kinds;
      toggled.value = found.models;
      hiddenParts.value = found.parts;
    });
  },
};
