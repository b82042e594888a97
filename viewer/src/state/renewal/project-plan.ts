// The plan of a project as a form has it: what is written, what is wrong with it, and the plan that it means.
//
// In: a plan, what people write. Out: the same in the other form; faults by field. Pure. The limits are those of the
// server, which has the last word.
import type { ProjectPatch, ProjectPlace, ProjectPlan } from '../../api/project-work';
import { CORNERS_MOST, cornersOf } from './project-shapes';

type Alternative = NonNullable<ProjectPlan['alternatives']>[number];
type Party = NonNullable<ProjectPlan['parties']>[number];

/** A problem of a check-up that a project answers. */
export interface ProblemRef {
  readonly check_up: number;
  readonly problem: number;
}

export interface PhaseWords {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly from: string;
  readonly to: string;
}

export interface AlternativeWords {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly role: Alternative['role'];
  readonly description: string;
  /** '' for none, `scene:…` or `gltf:…`. */
  readonly model: string;
}

export interface PlanWords {
  readonly zh: string;
  readonly en: string;
  readonly summary: string;
  readonly kind: ProjectPlan['kind'];
  readonly level: ProjectPlan['level'];
  readonly zones: readonly string[];
  readonly places: readonly ProjectPlace[];
  /** In yuan, as it is written. */
  readonly budget: string;
  readonly sources: readonly { readonly name: string; readonly amount: string }[];
  readonly phases: readonly PhaseWords[];
  readonly alternatives: readonly AlternativeWords[];
  readonly parties: readonly Party[];
  readonly documents: readonly { readonly title: string; readonly url: string }[];
  /** Numbers of reports, as they are written. */
  readonly reports: string;
  readonly problems: readonly ProblemRef[];
  /** Numbers of the tasks that it comes from. */
  readonly tasks: readonly number[];
}

export type Fault = 'required' | 'tooLong' | 'tooMany' | 'corners' | 'number' | 'money' | 'sources' | 'span' | 'year' | 'address' | 'model' | 'reports' | 'percent' | 'spent' | 'nothing';
export type Faults = Readonly<Record<string, Fault>>;

const NAME_MOST = 200;
const TEXT_MOST = 2000;
const PARTS_MOST = 50;
const DOCUMENTS_MOST = 500;
/** A hundred thousand million yuan, in fen. */
const FEN_MOST = 10_000_000_000_000;

export const EMPTY: PlanWords = {
  zh: '', en: '', summary: '', kind: 'infrastructure', level: 'basic', zones: [], places: [], budget: '', sources: [], phases: [], alternatives: [], parties: [], documents: [], reports: '', problems: [], tasks: [],
};

/** Fen as yuan in a field: no more decimals than there are. */
export function yuanOf(fen: number): string {
  const [whole, rest] = [Math.floor(fen / 100), fen % 100];
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(2, '0')}`;
}

/** Yuan as they are written, in whole fen; null if that is no sum of money. Reads digits, since halves of fen would round. */
export function fenOf(yuan: string): number | null {
  const [, whole, rest = ''] = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(yuan.replace(/[\s,，]/g, '')) ?? [];
  if (whole === undefined) return null;
  const fen = Number(whole) * 100 + Number(rest.padEnd(2, '0'));
  return fen <= FEN_MOST ? fen : null;
}

export function wordsOfPlan(plan: ProjectPlan): PlanWords {
  const modelOf = ({ model }: Alternative): string => (!model ? '' : model.type === 'scene' ? `scene:${model.scene}` : `gltf:${model.path}`);
  return {
    zh: plan.name.zh ?? '',
    en: plan.name.en ?? '',
    summary: plan.summary ?? '',
    kind: plan.kind,
    level: plan.level,
    zones: plan.zones ?? [],
    places: plan.places ?? [],
    budget: yuanOf(plan.budget?.planned_fen ?? 0),
    sources: (plan.budget?.sources ?? []).map(({ name, amount_fen }) => ({ name, amount: yuanOf(amount_fen) })),
    phases: (plan.phases ?? []).map(({ id, name, from, to }) => ({ id, zh: name.zh ?? '', en: name.en ?? '', from, to })),
    alternatives: (plan.alternatives ?? []).map((one) => ({ id: one.id, zh: one.name.zh ?? '', en: one.name.en ?? '', role: one.role, description: one.description ?? '', model: modelOf(one) })),
    parties: plan.parties ?? [],
    documents: plan.documents ?? [],
    reports: (plan.reports ?? []).join(', '),
    problems: plan.problems ?? [],
    tasks: plan.tasks ?? [],
  };
}

const text = (zh: string, en: string): ProjectPlan['name'] => ({ ...(zh.trim() !== '' && { zh: zh.trim() }), ...(en.trim() !== '' && { en: en.trim() }) });

function modelOf(model: string): Alternative['model'] {
  if (model.startsWith('scene:')) return { type: 'scene', scene: model.slice(6) };
  return model.startsWith('gltf:') ? { type: 'gltf', path: model.slice(5).trim() } : null;
}

export const reportsOf = (written: string): readonly number[] => [...new Set(written.split(/[\s,，、;；]+/).filter(Boolean).map(Number))];

/** The plan that is meant; to be asked for only where `faultsOf` finds nothing. */
export function planOf(words: PlanWords): ProjectPlan {
  return {
    name: text(words.zh, words.en),
    summary: words.summary.trim(),
    kind: words.kind,
    level: words.level,
    zones: [...words.zones],
    places: [...words.places],
    budget: { planned_fen: fenOf(words.budget) ?? 0, sources: words.sources.map(({ name, amount }) => ({ name: name.trim(), amount_fen: fenOf(amount) ?? 0 })) },
    phases: words.phases.map(({ id, zh, en, from, to }) => ({ id, name: text(zh, en), from, to })),
    alternatives: words.alternatives.map(({ id, zh, en, role, description, model }) => {
      const of = modelOf(model);
      return { id, name: text(zh, en), role, ...(description.trim() !== '' && { description: description.trim() }), ...(of && { model: of }) };
    }),
    parties: words.parties.map(({ role, name }) => ({ role, name: name.trim() })),
    documents: words.documents.map(({ title, url }) => ({ title: title.trim(), url: url.trim() })),
    reports: [...reportsOf(words.reports)],
    problems: [...words.problems],
    tasks: [...words.tasks],
  };
}

/** An id that none of the others has. */
export function freshId(prefix: string, taken: readonly { readonly id: string }[]): string {
  for (let at = taken.length + 1; ; at += 1) if (!taken.some(({ id }) => id === `${prefix}${at}`)) return `${prefix}${at}`;
}

const lengthOf = (words: string): number => Array.from(words).length;

/** What is wrong, by field; none where it can be sent. */
export function faultsOf(words: PlanWords): Faults {
  const faults: Record<string, Fault> = {};
  const put = (field: string, fault: Fault | null): void => {
    if (fault !== null && faults[field] === undefined) faults[field] = fault;
  };
  const name = (field: string, zh: string, en: string): void => {
    put(`${field}.zh`, zh.trim() === '' && en.trim() === '' ? 'required' : lengthOf(zh) > NAME_MOST ? 'tooLong' : null);
    put(`${field}.en`, lengthOf(en) > NAME_MOST ? 'tooLong' : null);
  };
  const filled = (field: string, written: string): void => put(field, written.trim() === '' ? 'required' : lengthOf(written) > NAME_MOST ? 'tooLong' : null);
  name('name', words.zh, words.en);
  put('summary', lengthOf(words.summary) > TEXT_MOST ? 'tooLong' : null);
  for (const list of ['zones', 'places', 'sources', 'phases', 'alternatives', 'parties'] as const) put(list, words[list].length > PARTS_MOST ? 'tooMany' : null);
  put('places', cornersOf(words.places) > CORNERS_MOST ? 'corners' : null);
  put('documents', words.documents.length > DOCUMENTS_MOST ? 'tooMany' : null);
  moneyFaults(words, put, filled);
  words.phases.forEach(({ zh, en, from, to }, at) => {
    name(`phases.${at}`, zh, en);
    put(`phases.${at}.from`, from === '' ? 'required' : isYear(from) ? null : 'year');
    put(`phases.${at}.to`, to === '' ? 'required' : !isYear(to) ? 'year' : to < from ? 'span' : null);
  });
  words.alternatives.forEach(({ zh, en, description, model }, at) => {
    name(`alternatives.${at}`, zh, en);
    put(`alternatives.${at}.description`, lengthOf(description) > TEXT_MOST ? 'tooLong' : null);
    put(`alternatives.${at}.model`, model.startsWith('gltf:') && !/^\/(?!.*\/\.+(\/|$))([\w~.-]+\/)*[\w~.-]+\.(glb|gltf)$/.test(model.slice(5).trim()) ? 'model' : null);
  });
  words.parties.forEach((party, at) => filled(`parties.${at}.name`, party.name));
  words.documents.forEach(({ title, url }, at) => {
    filled(`documents.${at}.title`, title);
    put(`documents.${at}.url`, isAddress(url.trim()) ? null : 'address');
  });
  put('reports', reportsOf(words.reports).every((one) => Number.isSafeInteger(one) && one > 0) ? null : 'reports');
  return faults;
}

function moneyFaults(words: PlanWords, put: (field: string, fault: Fault | null) => void, filled: (field: string, written: string) => void): void {
  const planned = words.budget.trim() === '' ? 0 : fenOf(words.budget);
  put('budget', planned === null ? 'money' : null);
  const amounts = words.sources.map(({ amount }) => fenOf(amount));
  words.sources.forEach((source, at) => {
    filled(`sources.${at}.name`, source.name);
    put(`sources.${at}.amount`, amounts[at] === null ? 'money' : null);
  });
  const given = amounts.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
  put('budget', planned !== null && given > planned ? 'sources' : null);
}

const isYear = (day: string): boolean => day >= '1950-01-01' && day < '2201-01-01';

/** People follow it: nothing but the web, and no name or password in it. */
function isAddress(written: string): boolean {
  if (!URL.canParse(written)) return false;
  const { protocol, hostname, username, password } = new URL(written);
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' && username === '' && password === '';
}

/** What is still missing before a plan can be declared. */
export function missingOf({ summary, places, phases }: ProjectPlan): ('summary' | 'places' | 'phases')[] {
  return [...((summary ?? '').trim() === '' ? (['summary'] as const) : []), ...((places ?? []).length === 0 ? (['places'] as const) : []), ...((phases ?? []).length === 0 ? (['phases'] as const) : [])];
}

const FIELDS = ['name', 'summary', 'kind', 'level', 'zones', 'places', 'budget', 'phases', 'parties', 'documents', 'alternatives', 'reports', 'problems', 'tasks'] as const satisfies readonly (keyof ProjectPlan)[];
type Field = (typeof FIELDS)[number];

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The parts in which what is written differs from a plan. Both go through the form, so that they are written alike. */
export function changesOf(words: PlanWords, plan: ProjectPlan): readonly Field[] {
  const [now, before] = [planOf(words), planOf(wordsOfPlan(plan))];
  return FIELDS.filter((field) => !same(now[field], before[field]));
}

/** What residents speak about on a notice: another one needs another notice, and a reason. */
const MATERIAL: readonly Field[] = ['kind', 'level', 'zones', 'places', 'budget', 'alternatives'];
export const material = (changes: readonly Field[]): readonly Field[] => changes.filter((field) => MATERIAL.includes(field));

/** What is sent: the parts that differ, and nothing that others may have changed meanwhile. */
export function patchOf(words: PlanWords, plan: ProjectPlan): ProjectPatch {
  const now = planOf(words);
  return Object.fromEntries(changesOf(words, plan).map((field) => [field, now[field]]));
}

/**
 * What is written over `base`, brought onto `theirs`, which others made of it meanwhile: parts that only one side changed
 * are taken from it; what both changed stays as written, and is named.
 */
export function rebased(words: PlanWords, base: ProjectPlan, theirs: ProjectPlan): { readonly words: PlanWords; readonly both: readonly Field[] } {
  const mine = changesOf(words, base);
  const onto = wordsOfPlan(theirs);
  const other = changesOf(onto, base);
  const own = Object.fromEntries(mine.flatMap((field) => KEYS[field].map((key) => [key, words[key]])));
  const both = mine.filter((field) => other.includes(field) && !same(planOf(words)[field], planOf(onto)[field]));
  return { words: { ...onto, ...own }, both };
}

/** The fields of the form that a part of the plan is written in. */
const KEYS: Readonly<Record<Field, readonly (keyof PlanWords)[]>> = {
  name: ['zh', 'en'], summary: ['summary'], kind: ['kind'], level: ['level'], zones: ['zones'], places: ['places'], budget: ['budget', 'sources'], phases: ['phases'], parties: ['parties'], documents: ['documents'], alternatives: ['alternatives'],
  reports: ['reports'], problems: ['problems'], tasks: ['tasks'],
};
