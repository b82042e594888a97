// Projects of renewal that everyone may read, as residents see them.
//
// In: the server's answers. Out: signals; null while nothing came yet. Called by the pages; fetched with them.
import { computed, signal } from '@preact/signals-core';
import { getProjects, type ProjectSummary } from '../../api/projects';
import { zone } from '../preferences';
import { reaching } from './me';

export const projects = signal<readonly ProjectSummary[] | null>(null);

/** What a resident wants to hear of: what is decided now, being built, or just done. */
const STATES = 'notice,noticed,approved,works,suspended,completed,evaluated';
const MOST = 200;
const EVERY_MS = 5 * 60_000;

/** Those of one's own zone first; else the newest. */
export const nearest = computed(() => {
  const own = ({ zones }: ProjectSummary): number => Number(zone.value !== null && zones.includes(zone.value));
  return projects.value && [...projects.value].sort((a, b) => own(b) - own(a));
});

let looking = false;

/** Asks for the list, unless it is being asked for. */
export async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  await reaching(getProjects(`state=${STATES}&limit=${MOST}`)).then(
    (page) => (projects.value = page.projects),
    () => undefined,
  );
  looking = false;
}

let stop: (() => void) | null = null;

/**
 * Looks now, for whoever comes to the list from a project has seen there what is newer; and keeps the list as it is at the
 * server while the page is looked at.
 */
export function startProjects(): void {
  void look();
  if (stop) return;
  const lookIfSeen = (): void => {
    if (document.visibilityState === 'visible') void look();
  };
  document.addEventListener('visibilitychange', lookIfSeen);
  const timer = setInterval(lookIfSeen, EVERY_MS);
  stop = () => {
    document.removeEventListener('visibilitychange', lookIfSeen);
    clearInterval(timer);
  };
}
