// Which page of the residents' application is seen: the part of the address behind `#`.
//
// In: the address. Out: a signal. Going somewhere is a step of the browser's own history, so that the phone's back
// button does what people expect.
import { signal } from '@preact/signals-core';

/** Pages that need no more than their name. */
const PLAIN = ['home', 'place', 'mine', 'all', 'projects', 'me', 'sign-in'] as const;
type Plain = (typeof PLAIN)[number];

export type Route =
  | { readonly page: Plain }
  | { readonly page: 'new'; readonly line: 'problem' | 'suggestion' }
  | { readonly page: 'report' | 'project'; readonly id: number };

export function routeOf(hash: string): Route {
  const [name = '', more = ''] = hash.replace(/^#/, '').split('/');
  if (name === 'new') return { page: 'new', line: more === 'suggestion' ? 'suggestion' : 'problem' };
  if ((name === 'report' || name === 'project') && /^\d{1,15}$/.test(more)) return { page: name, id: Number(more) };
  // What one was sent here for is taken by the page on which one signs in (`errand.ts`).
  return isPlain(name) ? { page: name } : { page: name.includes('=') ? 'sign-in' : 'home' };
}

const isPlain = (name: string): name is Plain => (PLAIN as readonly string[]).includes(name);

export function hashOf(route: Route): string {
  if (route.page === 'home') return '#';
  if (route.page === 'new') return `#new/${route.line}`;
  return 'id' in route ? `#${route.page}/${route.id}` : `#${route.page}`;
}

export const route = signal<Route>({ page: 'home' });

/** How many steps of this page lie behind: kept with each step, so that it outlasts going back, forth, and a reload. */
let depth = 0;

const stepOf = (state: unknown): number | null => (typeof state === 'object' && state !== null && 'depth' in state && typeof state.depth === 'number' ? state.depth : null);

export function startRoute(): void {
  const read = (): void => {
    const known = stepOf(history.state);
    if (known === null) history.replaceState({ depth: depth + 1 }, '');
    depth = known ?? depth + 1;
    route.value = routeOf(location.hash);
  };
  depth = stepOf(history.state) ?? -1;
  addEventListener('hashchange', read);
  read();
}

export function go(to: Route): void {
  location.hash = hashOf(to);
}

/** Back to where one came from in this page; home for who came by a link. */
export function back(): void {
  if (depth > 0) history.back();
  else go({ page: 'home' });
}
