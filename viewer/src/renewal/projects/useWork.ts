// A deed on a project: what the server answered is shown at once; who was overtaken sees how it stands now.
import { ApiError } from '../../api/client';
import type { ProjectDetail } from '../../api/projects';
import { useDeed } from '../parts';
import type { Shown } from './Project';

export function useWork({ put, again }: Pick<Shown, 'put' | 'again'>): { readonly busy: boolean; readonly why: string | null; readonly work: (deed: () => Promise<ProjectDetail>) => Promise<boolean> } {
  const { busy, why, run } = useDeed();
  const work = (deed: () => Promise<ProjectDetail>): Promise<boolean> =>
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
