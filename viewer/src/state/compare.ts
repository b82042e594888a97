// Two states of the place in one picture: which models, which survey and which time each side shows.
//
// In: the choice of the card, the divider, the address. Out: `comparison`, which the layer draws by.
import { computed, signal } from '@preact/signals-core';
import type { Catalog } from '../api/types';
import { linkPart } from './link-parts';
import { models, rival, shownOf, type Model } from './models';
import { publication } from './session';
import type { Trouble } from './time';
import { tool } from './tools';
import type { Remembered } from './undo';

export interface Side {
  /** Id of the survey's scene; empty for the usual one, `none` for none. */
  readonly survey: string;
  /** Sources of the models that stand in place of the survey. */
  readonly models: ReadonlySet<string>;
  /** The instant of its devices; null for the present. */
  readonly at_ms: number | null;
}

export interface Comparison {
  readonly beside: boolean;
  readonly sides: readonly [Side, Side];
}

const BARE: Side = { survey: '', models: new Set(), at_ms: null };
const LEAST_SHARE = 0.04;

/** What exists against what is planned; without plans, with models against without. */
export function firstComparison(all: readonly Model[]): Comparison {
  const existing = new Set(shownOf(all.filter(({ state }) => state === 'existing'), new Set()).map(({ source }) => source));
  const proposed = all.filter(({ state }) => state === 'proposed');
  const kept = [...existing].filter((source) => !proposed.some((model) => all.some((one) => one.source === source && rival(one, model))));
  const planned = new Set([...kept, ...proposed.filter((one, i) => !proposed.slice(0, i).some((other) => rival(one, other))).map(({ source }) => source)]);
  const sides: [Side, Side] = proposed.length > 0 ? [{ ...BARE, models: existing }, { ...BARE, models: planned }] : [BARE, { ...BARE, models: existing }];
  return { beside: false, sides };
}

const chosen = signal<Comparison | null>(null);

/** Where the second side begins, share of the width. Apart from the rest, so that its moves are cheap. */
export const divider = signal(0.5);

/** What a side shows in place of the devices of its instant, as long as they are not there. */
export type Lack = 'asking' | Trouble | null;
export const lacks = [signal<Lack>(null), signal<Lack>(null)] as const;
/** Grows when what failed is to be asked again. */
export const attempts = signal(0);

/** What is compared while the tool is open. */
export const comparison = computed<Comparison | null>(() => (tool.value === 'compare' ? (chosen.value ?? firstComparison(models.value)) : null));

export const change = (part: Partial<Comparison>): void => void (chosen.value = { ...(chosen.peek() ?? firstComparison(models.peek())), ...part });

export function changeSide(side: 0 | 1, part: Partial<Side>): void {
  const { sides } = chosen.peek() ?? firstComparison(models.peek());
  const next = { ...sides[side], ...part };
  change({ sides: side === 0 ? [next, sides[1]] : [sides[0], next] });
}

/** Moves the divider; halves of one picture have theirs in the middle. */
export const moveTo = (share: number): void => void (divider.value = Math.min(Math.max(share, LEAST_SHARE), 1 - LEAST_SHARE));

export const exchange = (): void => {
  const { sides } = chosen.peek() ?? firstComparison(models.peek());
  change({ sides: [sides[1], sides[0]] });
};

/** What a side shows after a model has been put in the place of its rivals, or taken away. */
export function withSource(all: readonly Model[], shown: ReadonlySet<string>, source: string): ReadonlySet<string> {
  const model = all.find((one) => one.source === source);
  if (!model || shown.has(source)) return new Set([...shown].filter((one) => one !== source));
  return new Set([...[...shown].filter((one) => !all.some((other) => other.source === one && rival(other, model))), source]);
}

/** Models that stand for the same buildings, together: of each group a side shows one or the survey. */
export function placesOf(all: readonly Model[]): Model[][] {
  const groups: Model[][] = [];
  for (const model of all) {
    const group = groups.find((one) => one.some((other) => rival(other, model)));
    if (group) group.push(model);
    else groups.push([model]);
  }
  return groups;
}

/** Scenes of surveys of the whole community, one a source, where the publication has several. */
export function surveysOf(catalog: Catalog): { readonly id: string; readonly source: string }[] {
  const whole = catalog.scenes.filter(({ content, zone, source }) => (content ?? 'place') === 'place' && !zone && source);
  return whole.filter(({ source }, i) => whole.findIndex((one) => one.source === source) === i).map(({ id, source }) => ({ id, source: source ?? '' }));
}

export const surveys = computed(() => (publication.value ? surveysOf(publication.value.catalog) : []));

/** Whether a side shows something that is planned. */
export const isPlanned = (side: Side, all: readonly Model[]): boolean => all.some(({ source, state }) => state === 'proposed' && side.models.has(source));

const SOURCE = /^[\w.~-]{1,80}$/;

function writeSide({ survey, models: shown, at_ms }: Side): string {
  return [[...shown].sort().join(','), survey.replaceAll('/', '~'), at_ms === null ? '' : new Date(at_ms).toISOString().slice(0, 16)].join('!');
}

function readSide(text: string): Side | null {
  const [list = '', survey = '', time = ''] = text.split('!');
  const sources = list === '' ? [] : list.split(',');
  if (sources.length > 200 || !sources.every((one) => SOURCE.test(one)) || (survey !== '' && !SOURCE.test(survey))) return null;
  const at_ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(time) ? Date.parse(`${time}Z`) : NaN;
  return { models: new Set(sources), survey: survey.replaceAll('~', '/'), at_ms: Number.isFinite(at_ms) && at_ms < Date.now() ? at_ms : null };
}

export const writeComparison = ({ beside, sides }: Comparison, at: number): string => [beside ? 'beside' : at.toFixed(3), ...sides.map(writeSide)].join('/');

export function readComparison(text: string | null): { readonly comparison: Comparison; readonly at: number } | null {
  const [how = '', ...both] = (text ?? '').split('/');
  const [a, b] = both.map(readSide);
  const at = how === 'beside' ? 0.5 : Number(how);
  if (both.length !== 2 || !a || !b || !(at >= LEAST_SHARE && at <= 1 - LEAST_SHARE)) return null;
  return { comparison: { beside: how === 'beside', sides: [a, b] }, at };
}

export const startCompareLink = (): (() => void) =>
  linkPart('b', {
    write: () => (comparison.value ? writeComparison(comparison.value, divider.value) : null),
    read: (text) => {
      const found = readComparison(text);
      if (text === null) show(null);
      if (!found) return;
      if (!found.comparison.beside) divider.value = found.at;
      show(found.comparison);
    },
  });

/** Opens the tool with a comparison, or closes it. */
function show(to: Comparison | null): void {
  if (to) [chosen.value, tool.value] = [to, 'compare'];
  else if (tool.peek() === 'compare') tool.value = null;
}

const textOf = (one: Comparison | null): string => (one ? writeComparison(one, 0) : '');

/** For undo: what is compared, not where the divider stands. */
export const remembered: Remembered<Comparison | null> = { read: () => comparison.value, write: show, same: (a, b) => textOf(a) === textOf(b) };
