// Projects of renewal as symbols in the scene, in the middle of their places: their shape and colour tell how far they are.
//
// In: projects of state. Out: symbols in the viewport; which project is at a place on the canvas.
import { reportIconPath } from '../api/report-icons';
import type { ProjectSummary } from '../api/projects';
import type { Viewport } from '../scene/viewport';
import { isOpen, lookOfStage, rankOf, stageOf, type Stage } from '../state/project-looks';
import { standOf } from '../state/project-ground';
import { projects, projectsShown, stagesThen } from '../state/projects';
import { buildings } from '../state/session';
import { PlaceSymbols } from './place-symbols';

/** How far a project is on the day that the scene shows. */
const stageNow = ({ id, state }: ProjectSummary): Stage => stagesThen.peek()?.get(id) ?? stageOf(state);

export class ProjectSymbols extends PlaceSymbols<ProjectSummary> {
  constructor(viewport: Viewport) {
    super(viewport, {
      of: 'project',
      watch: () => [projects.value, projectsShown.value, stagesThen.value],
      all: () => projects.peek(),
      // What was rejected or withdrawn is left to the lists.
      shown: ({ id, state }) => stagesThen.peek()?.has(id) ?? (projectsShown.peek() && stageOf(state) !== 'ended'),
      at: ({ bounds }) => standOf(bounds, buildings.peek()),
      rank: (project) => rankOf(stageNow(project)),
      front: () => false,
      look: (project, selected, count) => {
        const stage = stageNow(project);
        const { icon, ...look } = lookOfStage(stage);
        return { ...look, icon: reportIconPath(icon), dashed: isOpen(stage), urgent: false, selected, small: false, count };
      },
    });
  }
}
