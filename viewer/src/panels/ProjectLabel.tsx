// The name and state of the project under the pointer.
import { named } from '../i18n';
import { projects } from '../state/projects';
import { hovered } from '../state/selection';
import { language } from '../state/settings';
import { projectWords } from './project-texts';

/** Between the head of a symbol and its label. */
const ABOVE_PX = 10;

export function ProjectLabel() {
  const now = hovered.value;
  const project = now ? projects.value.get(Number(now.id)) : undefined;
  if (!now || !project) return null;
  const t = projectWords.value;
  return (
    <div class="raised label" style={`left:${now.x.toFixed(0)}px;top:${(now.y - ABOVE_PX).toFixed(0)}px`}>
      {named(project.name, language.value, t.sheet.number(project.id))}
      <small>
        <span class="word">{t.states[project.state]}</span>
        {now.others > 0 && ` · ${t.sheet.others(now.others)}`}
      </small>
    </div>
  );
}
