// Which page of the residents' application is seen: the part of the address behind `#`.
//
// In: the address. Out: a signal. Going somewhere is a step of the browser's own history, so that the phone's back
// button does what people expect.
import { signal } from '@preact/signals-core';

export type Route =
  | { readonly page: 'home' | 'place' | 'mine' | 'all' | 'me' | 'sign-in' }
  | { readonly page: 'new'; readonly line: 'problem' | 'suggestion' }
  | { readonly page: 'report'; readonly id: number };

export function routeOf(hash: string): Route {
  const [name = '', more = ''] = hash.replace(/^#/, '').split('/');
  if (name === 'new') return { page: 'new', line: more === 'suggestion' ? 'suggestion' : 'problem' };
  if (name === 'report' && /^\d{1,15}$/.test(more)) return { page: 'report', id: Number(more) };
  return name === 'place' || name === 'mine' || name === 'all' || name === 'me' || name === 'sign-in' ? { page: name } : { page: 'home' };
}

export function hashOf(route: Route): string {
  if (route.page === 'home') return '#';
  if (route.page === 'new') return `#new/${route.line}`;
  return route.page === 'report' ? `#report/${route.id}` : `#${route.page}`;
}

export const route = signal<Route>({ page: 'home' });

export function startRoute(): void {
  const read = (): void => void (route.value = routeOf(location.hash));
  addEventListener('hashchange', read);
  read();
}

export function go(to: Route): void {
  location.hash = hashOf(to);
}

/** Back to where one came from; home for who came by a link. */
export function back(): void {
  if (history.length > 1) history.back();
  else go({ page: 'home' });
}
