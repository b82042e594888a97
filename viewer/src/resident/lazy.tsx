// Components whose code comes when they are first shown; without a network they say so, and can be tried again. Each
// imports `@preact/signals`, which binds it to its signals: `start` draws anew for those of the first pages alone.
import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { Loading } from './parts';
import { words } from './words';

export function lazy<P extends object>(coming: () => Promise<ComponentType<P>>): ComponentType<P> {
  return function Later(props: P) {
    const [shown, show] = useState<{ readonly part: ComponentType<P> | null; readonly failed: boolean }>({ part: null, failed: false });
    const fetch = (): void => {
      show({ part: null, failed: false });
      coming().then(
        (part) => show({ part, failed: false }),
        () => show({ part: null, failed: true }),
      );
    };
    useEffect(fetch, []);
    if (shown.part) return <shown.part {...props} />;
    if (!shown.failed) return <Loading />;
    return (
      <p class="r-empty">
        {words.value.unreachable} <button class="r-link" type="button" onClick={fetch}>{words.value.retry}</button>
      </p>
    );
  };
}
