// The board of projects: its columns, what it is narrowed to, what is late.
//
// In: the address, summaries of projects. Out: columns, questions to the server. Pure.
import type { ProjectState, ProjectSummary } from '../../api/projects';
import type { Route } from './route';

/** The columns of the board, each with the states that stand in it, in the order of the course. */
export const COLUMNS = {
  prepared: ['draft'],
  review: ['declared', 'screened', 'assessed', 'verified'],
  notice: ['notice', 'noticed'],
  library: ['approved'],
  works: ['works', 'suspended'],
  done: ['completed', 'evaluated'],
  ended: ['rejected', 'withdrawn'],
} as const satisfies Readonly<Record<string, readonly ProjectState[]>>;

export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly Column[];

const COLUMN_OF = new Map<ProjectState, Column>(COLUMN_NAMES.flatMap((column) => COLUMNS[column].map((state) => [state, column] as const)));

export const columnOf = (state: ProjectState): Column => COLUMN_OF.get(state) ?? 'ended';

/** How the projects are shown; '' is as the screen suggests. */
export type Shape = '' | 'board' | 'list' | 'calendar';

/** What one narrows to, by the keys of the address, which are those of the server. */
export const FILTERS = ['text', 'state', 'kind', 'level', 'zone', 'late', 'todo'] as const;

/** What of the address the server is asked with. */
export function questionOf(query: Route['query']): Record<string, string> {
  return Object.fromEntries(FILTERS.flatMap((key) => {
    const value = query.get(key)?.trim() ?? '';
    return value === '' ? [] : [[key, value] as const];
  }));
}

/** What is narrowed to as files; the server knows fewer conditions for them, and those it lacks are named. */
export interface Files {
  readonly csv: string;
  readonly xlsx: string;
  /** With all else of renewal that one may read, as layers. */
  readonly gpkg: string;
  readonly ignores: readonly string[];
}

export function tableOf(query: Route['query'], language: 'zh' | 'en'): Files {
  const question = questionOf(query);
  const takes = ['state', 'kind', 'level', 'zone'];
  const kept = Object.fromEntries(Object.entries(question).filter(([key]) => takes.includes(key)));
  const file = (name: string, more: Record<string, string>): string => `/api/v1/exports/${name}?${new URLSearchParams({ ...kept, ...more }).toString()}`;
  return {
    csv: file('projects.csv', { bom: 'true' }),
    xlsx: file('projects.xlsx', { lang: language }),
    gpkg: file('renewal.gpkg', { lang: language }),
    ignores: Object.keys(question).filter((key) => !takes.includes(key)),
  };
}

/** Whether the step of a project should be over: as the server told, which looks now and then, or by the clock. */
export const isLate = ({ deadline, urge }: Pick<ProjectSummary, 'deadline' | 'urge'>, now: Date): boolean =>
  Boolean(deadline) && (urge === 'overdue' || urge === 'escalated' || new Date(deadline?.due ?? 0) < now);

/** What waits longest first; what waits for nothing comes after it, newest first. */
export function inOrder(projects: readonly ProjectSummary[]): ProjectSummary[] {
  const due = ({ deadline }: ProjectSummary): number => (deadline ? Date.parse(deadline.due) : Infinity);
  return [...projects].sort((a, b) => (due(a) === due(b) ? b.id - a.id : due(a) - due(b)));
}

export function columnsOf(projects: readonly ProjectSummary[]): ReadonlyMap<Column, readonly ProjectSummary[]> {
  const ordered = inOrder(projects);
  return new Map(COLUMN_NAMES.map((column) => [column, ordered.filter(({ state }) => columnOf(state) === column)]));
}

export const openVoices = ({ voices }: Pick<ProjectSummary, 'voices'>): number => voices.opinions_open + voices.complaints_open;
