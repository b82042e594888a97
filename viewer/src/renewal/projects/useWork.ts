// A deed on a project, or on what projects follow from: what the server answered is shown at once; who was overtaken sees how it stands now.
import { ApiError } from '../../api/client';
import { useDeed } from '../parts';

/** What a page is given of what it shows: how to show what the server answered, and how to ask anew. */
interface Shown<D> {
  readonly put: (detail: D) => void;
  readonly again: () => void;
}

export function useWork<D>({ put, again }: Shown<D>): { readonly busy: boolean; readonly why: string | null; readonly work: (deed: () => Promise<D>) => Promise<boolean> } {
  const { busy, why, run } = useDeed();
  const work = (deed: () => Promise<D>): Promise<boolean> =>
    run(async () => {
      try {
        put(await deed());
      } catch (error) {
        // What one saw is not how it is any more: 409 where the state forbids it, 412 where the version is another.
        if (error instanceof ApiError && (error.status === 409 || error.status === 412)) again();
        throw error;
      }
    });
  return { busy, why, work };
}
