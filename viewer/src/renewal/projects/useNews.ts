// Keeps what is shown of projects as it is at the server.
//
// In: what the server tells of projects; which of it concerns what is shown. Out: that it is asked for again.
import { useEffect, useRef } from 'preact/hooks';
import { followProjects, gathered } from '../../api/news';
import { account } from '../../state/account';

/** Lists are the same for many: they do not all ask in one moment. */
const LISTS_SPREAD_MS = 1500;

/** Asks `again` upon what happens to one project beyond the version that is shown, or to any if none is named. */
export function useNews(again: () => void, id: number | null = null, version: number | null = null): void {
  const now = useRef({ again, version });
  now.current = { again, version };
  const who = account.value?.user?.name ?? '';
  useEffect(() => {
    const { soon, stop } = gathered(() => now.current.again(), id === null ? LISTS_SPREAD_MS : 0);
    const deaf = followProjects({
      project: (changed, to) => {
        if (id !== null && (changed !== id || (to !== null && to <= (now.current.version ?? 0)))) return;
        soon();
      },
      anew: soon,
    });
    return () => {
      deaf();
      stop();
    };
    // Whoever signs in or out is told of others; what is shown is asked for again by useAsked.
  }, [id, who]);
}
