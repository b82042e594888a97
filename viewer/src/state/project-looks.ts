// How a project of renewal is shown: the stage of its way gives shape, icon and colour, from pale to full of one hue.
//
// In: a project's state. Out: its stage, a look in a 24 × 24 box, the name of an icon. Used by the planner's scene.
import type { ProjectState } from '../api/projects';
import type { StatusLook } from './status';

export type Stage = 'review' | 'notice' | 'approved' | 'works' | 'suspended' | 'done' | 'ended';

const STAGES: Readonly<Record<ProjectState, Stage>> = {
  draft: 'review', declared: 'review', screened: 'review', assessed: 'review', verified: 'review', notice: 'notice', noticed: 'notice', approved: 'approved',
  works: 'works', suspended: 'suspended', completed: 'done', evaluated: 'done', rejected: 'ended', withdrawn: 'ended',
};

export const stageOf = (state: ProjectState): Stage => STAGES[state];

/** A house while it is planned, a hexagon while it is built, an arch once it stands: never a device's shape, nor a report's. */
const HOUSE = 'M12 1.2l10 7.6v11.7a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V8.8z';
const HEXAGON = 'M7 2.3h10l5.6 9.7-5.6 9.7H7L1.4 12z';
const ARCH = 'M12 1.5a10 10 0 0 1 10 10v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-9a10 10 0 0 1 10-10z';

const LOOKS: Readonly<Record<Stage, StatusLook & { readonly icon: string }>> = {
  review: { fill: '#fffefb', ink: '#5b2a73', shape: HOUSE, icon: 'clipboard-list' },
  notice: { fill: '#e3cdee', ink: '#4a1f60', shape: HOUSE, icon: 'megaphone' },
  approved: { fill: '#bd90d2', ink: '#2b0f3a', shape: HOUSE, icon: 'thumbs-up' },
  works: { fill: '#7d3a9c', ink: '#ffffff', shape: HEXAGON, icon: 'construction' },
  suspended: { fill: '#e3cdee', ink: '#4a1f60', shape: HEXAGON, icon: 'circle-alert' },
  done: { fill: '#4a1f60', ink: '#ffffff', shape: ARCH, icon: 'check' },
  ended: { fill: '#fffefb', ink: '#5c5850', shape: ARCH, icon: 'x' },
};

export const lookOfStage = (stage: Stage): (typeof LOOKS)[Stage] => LOOKS[stage];

/** What is not decided or stands still has a broken outline. */
export const isOpen = (stage: Stage): boolean => ['review', 'suspended', 'ended'].includes(stage);

/** Where symbols crowd, the highest stands for the others: what is built, then what people can still speak about. */
export const rankOf = (stage: Stage): number => (['ended', 'done', 'review', 'approved', 'suspended', 'notice', 'works'] satisfies Stage[]).indexOf(stage);
