// Puts the residents' page together: state first, then what is seen; the scene and the longer pages come when they
// are wanted.
//
// In: the page. Out: a running application. Called by resident-main once.
import { effect } from '@preact/signals-core';
import { h, render } from 'preact';
import { startMe } from '../state/resident/me';
import { lookAtMine, startReports } from '../state/resident/reports';
import { startRoute } from '../state/resident/route';
import { language, large, startSettings } from '../state/preferences';
import { App } from './App';
import { fetchIcons } from './parts';
import { fetchWords } from './words';

export function startResident(root: HTMLElement): void {
  startSettings();
  effect(() => void document.documentElement.toggleAttribute('data-large', large.value));
  startRoute();
  startMe();
  startReports();
  // The first pages are few and small: all of them are drawn when a signal that one of them reads changes. What binds
  // each component to its own signals comes with the longer pages; it would cost a tenth of the shell.
  void fetchWords().then(() => effect(() => render(h(App, {}), root)));
  language.subscribe(() => void fetchWords());
  fetchIcons();
  sendDrafts();
  keepOnPhone();
}

/** Has a worker keep the page, so that it opens without a network; the page works without it, too. */
function keepOnPhone(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(new URL('resident-worker.js', document.baseURI).href).catch(() => undefined);
  const keep = async (): Promise<void> => {
    const { active } = await navigator.serviceWorker.ready;
    // Reporting must be possible without a network, whether or not one has reported before; so must be seeing what waits.
    await Promise.all([import('./NewReport'), import('./Waiting')]).catch(() => undefined);
    active?.postMessage({ keep: performance.getEntriesByType('resource').map(({ name }) => name) });
  };
  if (document.readyState === 'complete') void keep();
  else addEventListener('load', () => setTimeout(() => void keep(), 1000));
}

/** Fetches what keeps and sends drafts; without a network the worker has it. */
function sendDrafts(): void {
  import('../state/resident/drafts').then(
    ({ startDrafts }) => startDrafts(() => void lookAtMine()),
    () => setTimeout(sendDrafts, 10_000),
  );
}
