// Which page of the work on renewal is seen: the part of the address behind `#`.
//
// In: the address. Out: a signal. Going somewhere is a step of the browser's own history; what a page narrows or sorts
// lies behind a `?` and is no step, but is in a link that someone passes on.
import { computed, signal } from '@preact/signals-core';

/** The parts of a page about one thing, by its first word or words. */
export type Section = 'checkups' | 'indicators' | 'programming' | 'programming/resources' | 'programming/needs' | 'programming/problems' | 'programming/generate' | 'projects' | 'report';

export interface Route {
  readonly section: Section;
  /** The number of the check-up, project, task and so on, the year of a report; null for the list of all, `new` for one that is to be. */
  readonly id: number | 'new' | null;
  /** Which part of its page, '' for the first. */
  readonly part: string;
  readonly query: ReadonlyMap<string, string>;
}

/** Those that begin with the words of another come before it. */
const SECTIONS: readonly Section[] = ['checkups', 'indicators', 'programming/resources', 'programming/needs', 'programming/problems', 'programming/generate', 'programming', 'projects', 'report'];

export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?');
  const section = SECTIONS.find((one) => path === one || path.startsWith(`${one}/`));
  if (!section) return { section: 'checkups', id: null, part: '', query: new Map() };
  const [id = '', part = ''] = path.slice(section.length + 1).split('/');
  return {
    section,
    id: /^\d{1,15}$/.test(id) ? Number(id) : id === 'new' ? id : null,
    part: /^[a-z-]{0,40}$/.test(part) ? part : '',
    query: new Map(new URLSearchParams(search)),
  };
}

/** The address of a page, for links. */
export function hashOf(section: Section, id: Route['id'] = null, part = '', query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#${[section, ...(id === null ? [] : [id]), ...(part === '' ? [] : [part])].join('/')}${search === '' ? '' : `?${search}`}`;
}

export const route = signal<Route>(routeOf(''));

/** The page without what it narrows: another one begins at its top. */
export const page = computed(() => hashOf(route.value.section, route.value.id, route.value.part));

export function startRoute(): void {
  const read = (): void => void (route.value = routeOf(location.hash));
  addEventListener('hashchange', read);
  read();
}

export function go(...to: Parameters<typeof hashOf>): void {
  location.hash = hashOf(...to);
}

/** Keeps what the page narrows in its address; an empty value takes a key out. */
export function narrow(changes: Readonly<Record<string, string>>): void {
  const { section, id, part, query } = route.peek();
  history.replaceState(history.state, '', hashOf(section, id, part, { ...Object.fromEntries(query), ...changes }));
  route.value = routeOf(location.hash);
}
