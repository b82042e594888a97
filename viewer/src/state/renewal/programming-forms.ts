// Resources, needs and tasks as forms have them: what is written, what is wrong with it, and the plan that it means.
//
// In: plans, what people write. Out: the same in the other form; faults by field. Pure. The limits are those of the
// server, which has the last word.
import type { NeedPlan, ResourcePlan, TaskDraw, TaskPlan } from '../../api/programming';
import type { ProjectPlace } from '../../api/project-work';
import { endsFirst, periodOf } from './programming';
import { fenOf, reportsOf, yuanOf, type ProblemRef } from './project-plan';
import { CORNERS_MOST, cornersOf } from './project-shapes';

const NAME_MOST = 200;
const TEXT_MOST = 2000;
const PARTS_MOST = 50;
const UNIT_MOST = 20;

export type Fault = 'required' | 'tooLong' | 'tooMany' | 'corners' | 'number' | 'whole' | 'money' | 'unit' | 'span' | 'period' | 'reports';
export type Faults = Readonly<Record<string, Fault>>;

/** What everything on the lists has. */
interface Common {
  readonly zh: string;
  readonly en: string;
  readonly text: string;
  readonly zones: readonly string[];
  readonly places: readonly ProjectPlace[];
}

export interface ResourceWords extends Common {
  readonly kind: ResourcePlan['kind'];
  /** In yuan for money. */
  readonly amount: string;
  readonly unit: string;
  readonly owner: string;
  readonly used_by: ResourcePlan['used_by'];
  readonly from: string;
  readonly to: string;
}

export interface NeedWords extends Common {
  readonly kind: NeedPlan['kind'];
  readonly groups: readonly NeedPlan['groups'][number][];
  readonly people: string;
  readonly urgency: NeedPlan['urgency'];
  readonly source: NeedPlan['source'];
  readonly source_text: string;
  readonly reports: string;
}

/** A resource that is drawn on; how much as it is written, in its unit or in yuan. */
export interface DrawWords {
  readonly resource: number;
  readonly amount: string;
  /** '' for money. */
  readonly unit: string | null;
}

export interface TaskWords extends Common {
  readonly kind: TaskPlan['kind'];
  readonly level: TaskPlan['level'];
  readonly urgency: TaskPlan['urgency'];
  readonly size: 'none' | 'measure' | 'words';
  readonly value: string;
  readonly unit: string;
  readonly sizeZh: string;
  readonly sizeEn: string;
  readonly first: string;
  readonly last: string;
  readonly after: readonly number[];
  readonly problems: readonly ProblemRef[];
  readonly needs: readonly number[];
  readonly reports: string;
  readonly resources: readonly DrawWords[];
}

const COMMON: Common = { zh: '', en: '', text: '', zones: [], places: [] };
export const NO_RESOURCE: ResourceWords = { ...COMMON, kind: 'land', amount: '', unit: '', owner: '', used_by: 'government', from: '', to: '' };
export const NO_NEED: NeedWords = { ...COMMON, kind: 'housing', groups: ['all'], people: '', urgency: 'ordinary', source: 'survey', source_text: '', reports: '' };
export const NO_TASK: TaskWords = {
  ...COMMON, kind: 'infrastructure', level: 'basic', urgency: 'ordinary', size: 'none', value: '', unit: '', sizeZh: '', sizeEn: '', first: '', last: '', after: [], problems: [], needs: [], reports: '', resources: [],
};

const commonOf = (plan: Pick<ResourcePlan, 'name' | 'text' | 'zones' | 'places'>): Common => ({ zh: plan.name.zh ?? '', en: plan.name.en ?? '', text: plan.text ?? '', zones: plan.zones ?? [], places: plan.places ?? [] });

const bothOf = (zh: string, en: string): ResourcePlan['name'] => ({ ...(zh.trim() !== '' && { zh: zh.trim() }), ...(en.trim() !== '' && { en: en.trim() }) });

const planned = ({ zh, en, text, zones, places }: Common): Pick<ResourcePlan, 'name' | 'text' | 'zones' | 'places'> => ({ name: bothOf(zh, en), text: text.trim(), zones: [...zones], places: [...places] });

/** A plan of which every part stands, null where it is absent: two of them can be compared part by part. */
export type Whole<P> = { readonly [K in keyof P]-?: Exclude<P[K], undefined> | null };

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** A number as people write it; NaN for what is none. */
export const amountOf = (text: string): number => Number(text.normalize('NFKC').replace(/[\s,，]/g, '') || NaN);

export const resourceWords = (plan: ResourcePlan): ResourceWords => ({
  ...commonOf(plan),
  kind: plan.kind,
  amount: !plan.amount ? '' : plan.amount.type === 'money' ? yuanOf(plan.amount.fen) : String(plan.amount.value),
  unit: plan.amount?.type === 'measure' ? plan.amount.unit : '',
  owner: plan.owner,
  used_by: plan.used_by,
  from: plan.from ?? '',
  to: plan.to ?? '',
});

export function resourcePlan(words: ResourceWords): Whole<ResourcePlan> {
  const amount = words.amount.trim() === '' ? null : words.kind === 'money' ? { type: 'money' as const, fen: fenOf(words.amount) ?? 0 } : { type: 'measure' as const, value: amountOf(words.amount), unit: words.unit.trim() };
  return { ...planned(words), kind: words.kind, amount, owner: words.owner.trim(), used_by: words.used_by, from: orNull(words.from), to: orNull(words.to) } as Whole<ResourcePlan>;
}

export const needWords = (plan: NeedPlan): NeedWords => ({
  ...commonOf(plan), kind: plan.kind, groups: plan.groups, people: typeof plan.people === 'number' ? String(plan.people) : '', urgency: plan.urgency, source: plan.source, source_text: plan.source_text ?? '', reports: (plan.reports ?? []).join(', '),
});

export const needPlan = (words: NeedWords): Whole<NeedPlan> =>
  ({ ...planned(words), kind: words.kind, groups: [...words.groups], people: words.people.trim() === '' ? null : amountOf(words.people), urgency: words.urgency, source: words.source, source_text: orNull(words.source_text), reports: [...reportsOf(words.reports)] }) as Whole<NeedPlan>;

const drawWords = ({ resource, amount }: TaskDraw): DrawWords => ({
  resource,
  amount: !amount ? '' : amount.type === 'money' ? yuanOf(amount.fen) : String(amount.value),
  unit: amount?.type === 'measure' ? amount.unit : null,
});

const drawOf = ({ resource, amount, unit }: DrawWords): TaskDraw => {
  if (amount.trim() === '') return { resource };
  return { resource, amount: unit === null ? { type: 'money', fen: fenOf(amount) ?? 0 } : { type: 'measure', value: amountOf(amount), unit } };
};

export const taskWords = (plan: TaskPlan): TaskWords => ({
  ...commonOf(plan), kind: plan.kind, level: plan.level, urgency: plan.urgency, size: plan.size?.type ?? 'none',
  value: plan.size?.type === 'measure' ? String(plan.size.value) : '',
  unit: plan.size?.type === 'measure' ? plan.size.unit : '',
  sizeZh: plan.size?.type === 'words' ? (plan.size.text.zh ?? '') : '',
  sizeEn: plan.size?.type === 'words' ? (plan.size.text.en ?? '') : '',
  first: plan.first ?? '', last: plan.last ?? '', after: plan.after ?? [], problems: plan.problems ?? [], needs: plan.needs ?? [], reports: (plan.reports ?? []).join(', '), resources: (plan.resources ?? []).map(drawWords),
});

export function taskPlan(words: TaskWords): Whole<TaskPlan> {
  const size = words.size === 'measure' ? { type: 'measure' as const, value: amountOf(words.value), unit: words.unit.trim() } : words.size === 'words' ? { type: 'words' as const, text: bothOf(words.sizeZh, words.sizeEn) } : null;
  return {
    ...planned(words), kind: words.kind, level: words.level, urgency: words.urgency, size, first: orNull(words.first), last: orNull(words.last), after: [...words.after], problems: [...words.problems], needs: [...words.needs], reports: [...reportsOf(words.reports)], resources: words.resources.map(drawOf),
  } as Whole<TaskPlan>;
}

/** What is sent when it is entered: the server knows what is absent by its absence. */
export const entered = <P extends object>(plan: Whole<P>): P => Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== null)) as P;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The parts in which one plan differs from another. */
export const changedParts = <P extends object>(now: Whole<P>, before: Whole<P>): (keyof P & string)[] => (Object.keys(now) as (keyof P & string)[]).filter((key) => !same(now[key], before[key]));

/** What is written over `base`, brought onto `theirs`: fields that one did not touch are as they are now. */
export function rebased<W extends object>(words: W, base: W, theirs: W): W {
  const own = Object.entries(words).filter(([key, value]) => !same(value, base[key as keyof W]));
  return { ...theirs, ...Object.fromEntries(own) };
}

const lengthOf = (words: string): number => Array.from(words).length;

/** Faults are gathered: the first of a field is told. */
function gather(): { readonly faults: Record<string, Fault>; readonly put: (field: string, fault: Fault | null) => void } {
  const faults: Record<string, Fault> = {};
  const put = (field: string, fault: Fault | null): void => {
    if (fault !== null && faults[field] === undefined) faults[field] = fault;
  };
  return { faults, put };
}

function commonFaults(words: Common, put: (field: string, fault: Fault | null) => void): void {
  put('zh', words.zh.trim() === '' && words.en.trim() === '' ? 'required' : lengthOf(words.zh) > NAME_MOST ? 'tooLong' : null);
  put('en', lengthOf(words.en) > NAME_MOST ? 'tooLong' : null);
  put('text', lengthOf(words.text) > TEXT_MOST ? 'tooLong' : null);
  put('places', words.places.length > PARTS_MOST || words.zones.length > PARTS_MOST ? 'tooMany' : cornersOf(words.places) > CORNERS_MOST ? 'corners' : null);
}

const measureFault = (value: string): Fault | null => (amountOf(value) > 0 ? null : 'number');
const unitFault = (unit: string): Fault | null => (unit.trim() === '' || lengthOf(unit.trim()) > UNIT_MOST ? 'unit' : null);
const reportsFault = (written: string): Fault | null => (reportsOf(written).every((one) => Number.isSafeInteger(one) && one > 0) ? null : 'reports');

export function resourceFaults(words: ResourceWords): Faults {
  const { faults, put } = gather();
  commonFaults(words, put);
  put('owner', words.owner.trim() === '' ? 'required' : lengthOf(words.owner) > NAME_MOST ? 'tooLong' : null);
  if (words.amount.trim() !== '') {
    put('amount', words.kind === 'money' ? (fenOf(words.amount) === null ? 'money' : null) : measureFault(words.amount));
    put('unit', words.kind === 'money' ? null : unitFault(words.unit));
  }
  put('to', words.from !== '' && words.to !== '' && words.to < words.from ? 'span' : null);
  return faults;
}

export function needFaults(words: NeedWords): Faults {
  const { faults, put } = gather();
  commonFaults(words, put);
  put('groups', words.groups.length === 0 ? 'required' : null);
  put('people', words.people.trim() === '' || (Number.isInteger(amountOf(words.people)) && amountOf(words.people) >= 0) ? null : 'whole');
  put('source_text', lengthOf(words.source_text) > NAME_MOST ? 'tooLong' : null);
  put('reports', reportsFault(words.reports) ?? (words.source === 'reports' && reportsOf(words.reports).length === 0 ? 'required' : null));
  return faults;
}

export function taskFaults(words: TaskWords): Faults {
  const { faults, put } = gather();
  commonFaults(words, put);
  if (words.size === 'measure') {
    put('value', measureFault(words.value));
    put('unit', unitFault(words.unit));
  }
  if (words.size === 'words') put('sizeZh', words.sizeZh.trim() === '' && words.sizeEn.trim() === '' ? 'required' : null);
  for (const field of ['first', 'last'] as const) put(field, words[field].trim() === '' || periodOf(words[field].trim()) ? null : 'period');
  put('last', endsFirst(words.first.trim(), words.last.trim()) ? 'span' : null);
  put('reports', reportsFault(words.reports));
  words.resources.forEach(({ amount, unit }, at) => put(`resources.${at}`, amount.trim() === '' ? null : unit === null ? (fenOf(amount) === null ? 'money' : null) : measureFault(amount)));
  return faults;
}
