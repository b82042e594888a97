// Puts the pages of the work on renewal together: state first, then what is seen.
//
// In: the page. Out: a running application. Called by renewal-main once.
import { h, render } from 'preact';
import { startAccount } from '../state/account';
import { startRoute } from '../state/renewal/route';
import { open } from '../state/session';
import { startSettings } from '../state/settings';
import { App } from './App';

export function startRenewal(root: HTMLElement): void {
  startSettings();
  // First: what the page was sent for may lie in its address.
  startAccount();
  startRoute();
  open();
  render(h(App, {}), root);
}
