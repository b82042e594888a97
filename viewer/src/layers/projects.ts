// Projects of renewal as symbols in the scene, in the middle of their places: their shape and colour tell how far they are.
//
// In: projects of state. Out: symbols in the viewport; which project is at a place on the canvas.
import { reportIconPath } from '../api/report-icons';
import type { ProjectSummary } from '../api/projects';
import type { Viewport } from '../scene/viewport';
import { isOpen, lookOfProject, rankOf, stageOf } from '../state/project-looks';
import { standOf } from '../state/project-ground';
import { projects, projectsShown } from '../state/projects';
import { buildings } from '../state/session';
import { PlaceSymbols } from './place-symbols';

export class ProjectSymbols extends PlaceSymbols<ProjectSummary> {
  constructor(viewport: Viewport) {
    super(viewport, {
      of: 'project',
      watch: () => [projects.value, projectsShown.value],
      all: () => projects.peek(),
      // What was rejected or withdrawn is left to the lists.
      shown: ({ state }) => projectsShown.peek() && stageOf(state) !== 'ended',
      at: ({ bounds }) => standOf(bounds, buildings.peek()),
      rank: ({ state }) => rankOf(state),
      front: () => false,
      look: ({ state }, selected, count) => {
        const { icon, ...look } = lookOfProject(state);
        return { ...look, icon: reportIconPath(icon), dashed: isOpen(state), urgent: false, selected, small: false, count };
      },
    });
  }
}
