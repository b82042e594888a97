// What a first visit need not wait for: undo, the address of what is hidden, quality. What a tool sets, the
// tool itself remembers; time goes on by itself.
//
// In: the parts of the scene. Out: all of it running. Fetched once the place stands, or at once where
// the address says more than camera and selection.
import { effect } from '@preact/signals-core';
import { QualityLayer } from '../layers/quality';
import { select } from '../state/actions';
import { hiddenKinds } from '../state/devices';
import { projectsShown, stagesThen } from '../state/projects';
import { hiddenReportKinds, reportsShown } from '../state/reports';
import { hiddenParts, hideLink } from '../state/hiding';
import { linkPart } from '../state/link-parts';
import { toggled } from '../state/models';
import { hidden, selection, type Selection } from '../state/selection';
import { publication } from '../state/session';
import { ofSignal, remember, startUndo, type Remembered } from '../state/undo';
import { command, pose, sheetOpen, type ViewPose } from '../state/view';
import { startUndoKeys } from '../tools/undo-keys';
import type { Parts } from './testing';

const NEAR_M = 0.05;
const NEAR_DEG = 0.1;

function samePose(a: ViewPose | null, b: ViewPose | null): boolean {
  if (!a || !b) return a === b;
  const turn = Math.abs(((a.heading_deg - b.heading_deg + 540) % 360) - 180);
  return Math.hypot(a.east_m - b.east_m, a.north_m - b.north_m, a.up_m - b.up_m) < NEAR_M && turn < NEAR_DEG && Math.abs(a.pitch_deg - b.pitch_deg) < NEAR_DEG;
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((one) => b.has(one));

const ofSet = (of: { value: ReadonlySet<string> }): Remembered<ReadonlySet<string>> => ({ read: () => of.value, write: (value) => (of.value = value), same: sameSet });

export function startGround(parts: Parts): void {
  const { viewport, tilesets, navigation } = parts;
  new QualityLayer(viewport, tilesets, navigation);
  remember<ViewPose | null>('camera', { read: () => pose.value, write: (to) => command(to ? { do: 'pose', pose: to } : { do: 'home' }), same: samePose });
  remember<Selection | null>('selection', {
    read: () => selection.value,
    write: (to) => {
      if (to) select(to);
      else [selection.value, sheetOpen.value] = [null, false];
    },
  });
  remember('buildings', ofSet(hidden));
  remember('kinds', ofSet(hiddenKinds));
  remember('report-kinds', ofSet(hiddenReportKinds));
  remember('reports', ofSignal(reportsShown));
  remember('projects', ofSignal(projectsShown));
  remember('models', ofSet(toggled));
  remember('parts', ofSet(hiddenParts));
  startUndo(() => navigation.moving);
  startUndoKeys();
  startProjects(parts);
  const stop = effect(() => {
    // A hidden zone is told by its buildings, which come with the publication.
    if (!publication.value) return;
    queueMicrotask(() => {
      stop();
      linkPart('hide', hideLink);
    });
  });
}

/** Fetches projects and what draws them once one is looked at or all are to be seen; tries again until it comes. */
function startProjects(parts: Parts): void {
  const fetch = (): void => void parts.tilesets.await(import('./projects').then(({ start }) => start(parts))).catch(() => setTimeout(fetch, 3000));
  const stop = effect(() => {
    if (!projectsShown.value && !stagesThen.value && selection.value?.type !== 'project') return;
    queueMicrotask(() => stop());
    fetch();
  });
}
