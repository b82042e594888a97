// Panels that are fetched when they are first wanted, so that a first visit need not wait for them.
//
// In: an import. Out: a component that shows nothing until it has come. A failed import is tried
// again a little later, as long as the component is wanted.
import { signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';

const RETRY_MS = 3000;

export interface Later<P> {
  (props: P & JSX.IntrinsicAttributes): JSX.Element | null;
  /** Fetches it before it is wanted. */
  fetch(): void;
  /** Whether it has come. */
  readonly there: boolean;
}

export function later<P>(load: () => Promise<ComponentType<P>>): Later<P> {
  const come = signal<{ readonly Panel: ComponentType<P> } | null>(null);
  let asked = false;
  const fetch = (): void => {
    if (asked) return;
    asked = true;
    load().then(
      (Panel) => (come.value = { Panel }),
      () =>
        setTimeout(() => {
          asked = false;
          fetch();
        }, RETRY_MS),
    );
  };
  const Wait = (props: P & JSX.IntrinsicAttributes): JSX.Element | null => {
    const now = come.value;
    if (now) return <now.Panel {...props} />;
    fetch();
    return null;
  };
  return Object.defineProperty(Object.assign(Wait, { fetch }), 'there', { get: () => come.value !== null }) as Later<P>;
}
