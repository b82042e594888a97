// The sheet of a project of renewal: its head, and what is in it.
//
// In: projects of the scene, the one that is opened. Out: nothing; deeds are done on the project's own page.
import { named } from '../i18n';
import { openedProject, startProjectBook } from '../state/project-book';
import { projects } from '../state/projects';
import { selectedBox } from '../state/selection';
import { language } from '../state/settings';
import { ProjectDetail } from './ProjectDetail';
import { ProjectGlyph } from './ProjectGlyph';
import { Icon } from './Icon';
import { Frame } from './Sheet';
import { projectWords } from './project-texts';

// By a link it may be opened where no scene can be drawn.
startProjectBook();

export function ProjectSheet({ id, phone }: { id: number; phone: boolean }) {
  const t = projectWords.value;
  const now = openedProject.value;
  const read = typeof now === 'object' && now.project.id === id ? now.project : null;
  const known = projects.value.get(id);
  const state = read?.state ?? known?.state;
  const name = named(read?.plan.name ?? known?.name, language.value, t.sheet.number(id));
  return (
    <Frame
      phone={phone}
      of="project"
      mark={state ? <ProjectGlyph state={state} size={40} /> : <Icon name="map-pin" />}
      title={name}
      note={state ? `${t.sheet.number(id)} · ${t.states[state]}` : t.sheet.project}
      lost={!selectedBox.value}
    >
      <ProjectDetail id={id} />
    </Frame>
  );
}
