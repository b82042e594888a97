// Puts the residents' page together: state first, then what is seen; the scene and the longer pages come when they
// are wanted.
//
// In: the page. Out: a running application. Called by resident-main once.
import { effect } from '@preact/signals-core';
import { h, render } from 'preact';
import { startMe } from '../state/resident/me';
import { startReports } from '../state/resident/reports';
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
  startPhone();
}

/** Fetches what keeps drafts and the page on the phone; without a network the worker has it. */
function startPhone(): void {
  import('./phone').then(
    (phone) => phone.startPhone(),
    () => setTimeout(startPhone, 10_000),
  );
}
