// A component whose code comes when it is first shown.
import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { Loading } from './parts';

export function lazy<P extends object>(coming: () => Promise<ComponentType<P>>): ComponentType<P> {
  return function Later(props: P) {
    const [shown, show] = useState<{ readonly page: ComponentType<P> | null }>({ page: null });
    useEffect(() => {
      coming().then(
        (page) => show({ page }),
        () => undefined,
      );
    }, []);
    return shown.page ? <shown.page {...props} /> : <Loading />;
  };
}
