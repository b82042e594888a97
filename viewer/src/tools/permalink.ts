// Keeps the address of the page in step with what is shown.
//
// In: pose, selection, language, parts of tools. Out: `location.hash`, replaced, so that "back" leaves the page as
// people expect; a hash that is pasted in is followed.
import { batch, effect } from '@preact/signals-core';
import { select } from '../state/actions';
import { projectSought } from '../state/projects';
import { selection } from '../state/selection';
import { language } from '../state/settings';
import { pose, type ViewPose } from '../state/view';
import { linkTexts, readLinkParts } from '../state/link-parts';
import { readLink, writeLink, type Link } from '../state/permalink';

/** Browsers refuse more than about a hundred changes in half a minute. */
const QUIET_MS = 400;

/** Applies what the address says about selection, language and tools; returns its pose. */
export function followLink(): ViewPose | null {
  const link = readLink(location.hash);
  batch(() => {
    readLinkParts(link.parts);
    if (link.language) language.value = link.language;
    if (link.selection) select(link.selection);
    projectSought.value = link.pose === null && link.selection?.type === 'project';
  });
  return link.pose;
}

/** Writes the address until the returned function is called; `moved` is told of a pasted pose. */
export function startPermalink(moved: (pose: ViewPose) => void): () => void {
  let timer = 0;
  let known = location.hash;
  const write = (link: Link): void => {
    if (location.hash !== known) {
      // Somebody has pasted another one, which is read before it is written over.
      known = location.hash;
      timer = window.setTimeout(() => write(link), QUIET_MS);
      return;
    }
    const hash = writeLink(link);
    if (hash !== location.hash) history.replaceState(null, '', hash || location.pathname + location.search);
    known = location.hash;
  };
  const stop = effect(() => {
    const link = { pose: pose.value, selection: selection.value, language: language.value, parts: new Map(linkTexts.value) };
    clearTimeout(timer);
    timer = window.setTimeout(() => write(link), QUIET_MS);
  });
  const pasted = (): void => {
    known = location.hash;
    const to = followLink();
    if (to) moved(to);
  };
  addEventListener('hashchange', pasted);
  return () => {
    stop();
    clearTimeout(timer);
    removeEventListener('hashchange', pasted);
  };
}
