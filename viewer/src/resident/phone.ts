// What the residents' page keeps on the phone: drafts until they are sent, and itself, so that it opens without a network.
// Fetched once the first page stands.
import { startDrafts } from '../state/resident/drafts';
import { lookAtMine } from '../state/resident/reports';

/** The scene comes first: a slow network is all its own until then. */
const AFTER_MS = 5000;

export function startPhone(): void {
  startDrafts(() => void lookAtMine());
  keep();
}

/** Has a worker keep the page; the page works without it, too. */
function keep(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(new URL('resident-worker.js', document.baseURI).href).catch(() => undefined);
  const named = async (): Promise<void> => {
    const { active } = await navigator.serviceWorker.ready;
    // Reporting must be possible without a network, whether or not one has reported before; so must be seeing what waits.
    await Promise.all([import('./NewReport'), import('./Voice'), import('./Waiting')]).catch(() => undefined);
    active?.postMessage({ keep: performance.getEntriesByType('resource').map(({ name }) => name) });
  };
  setTimeout(() => void named(), AFTER_MS);
}
