// A project's glyph as it stands in the scene: shape, icon and colour tell how far it is.
import { reportIconPath } from '../api/report-icons';
import type { ProjectState } from '../api/projects';
import { isOpen, lookOfStage, stageOf } from '../state/project-looks';

export function ProjectGlyph({ state, size }: { state: ProjectState; size: number }) {
  const stage = stageOf(state);
  const { fill, ink, shape, icon } = lookOfStage(stage);
  return (
    <svg class="project-glyph" width={size} height={size} viewBox="-1 -1 26 26" aria-hidden="true">
      <path d={shape} fill={fill} stroke={ink} stroke-width="1.4" {...(isOpen(stage) ? { 'stroke-dasharray': '3.4 2.4' } : {})} />
      <path d={reportIconPath(icon)} transform="translate(6.2 6.8) scale(.48)" fill="none" stroke={ink} stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
