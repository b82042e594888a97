// The board: projects by step, in the order of the course; what waits longest comes first in its column.
import type { ProjectSummary } from '../../api/projects';
import { named } from '../../i18n/format';
import { COLUMN_NAMES, columnsOf, isLate, openVoices } from '../../state/renewal/projects';
import { dayAt, daysBetween } from '../../state/renewal/project-days';
import { hashOf } from '../../state/renewal/route';
import { language } from '../../state/settings';
import { lastDayOf, listOf, moneyOf, projectWords, workWords, zoneName } from './words';

export function Columns({ projects }: { projects: readonly ProjectSummary[] }) {
  const t = workWords.value;
  const columns = columnsOf(projects);
  return (
    <div class="p-board" tabIndex={0} role="group" aria-label={t.shapes.board}>
      {COLUMN_NAMES.map((column) => {
        const list = columns.get(column) ?? [];
        return (
          <section key={column} class="p-column" aria-labelledby={`column-${column}`}>
            <h2 id={`column-${column}`}>
              {t.columns[column]} <small>{list.length}</small>
            </h2>
            {list.length === 0 ? <p class="n-note">{t.nothingHere}</p> : (
              <ul>
                {list.map((project) => (
                  <li key={project.id}>
                    <Card project={project} />
                  </li>
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}

function Card({ project }: { project: ProjectSummary }) {
  const p = projectWords.value;
  const { id, name, state, kind, level, zones, planned_fen } = project;
  return (
    <a class="p-card" href={hashOf('projects', id)} data-project={id}>
      <State state={state} />
      <b>{named(name, language.value, String(id))}</b>
      <small>
        {p.kinds[kind]} · {p.levels[level]}
      </small>
      <small>
        {zones.length > 0 ? listOf(zones.map(zoneName)) : workWords.value.noZone} · {moneyOf(planned_fen)}
      </small>
      <Built project={project} />
      <Due project={project} />
      <Voices project={project} />
    </a>
  );
}

export function State({ state }: { state: ProjectSummary['state'] }) {
  return (
    <span class="n-mark" data-state={state}>
      {projectWords.value.states[state]}
    </span>
  );
}

/** How much is built, once works may begin. */
export function Built({ project: { progress_percent, state } }: { project: Pick<ProjectSummary, 'progress_percent' | 'state'> }) {
  if (progress_percent === 0 && state !== 'works' && state !== 'suspended') return null;
  const label = workWords.value.built(progress_percent);
  return (
    <span class="p-built">
      <span class="n-bar" role="img" aria-label={label}>
        <span style={{ width: `${progress_percent}%` }} />
      </span>
      <small aria-hidden="true">{progress_percent}{'\u202f'}%</small>
    </span>
  );
}

/** What is due when, and whether it is late: told by a word, too. */
export function Due({ project }: { project: Pick<ProjectSummary, 'deadline' | 'urge'> }) {
  const t = workWords.value;
  const { deadline, urge } = project;
  if (!deadline) return null;
  const now = new Date();
  if (!isLate(project, now)) return <small class="p-due">{t.due(t.steps[deadline.step], lastDayOf(deadline.due))}</small>;
  const days = Math.max(0, daysBetween(dayAt(new Date(deadline.due)), dayAt(now)));
  return (
    <small class="p-due" data-late={true}>
      {t.dueLate(t.steps[deadline.step], days)}
      {urge === 'escalated' && ` · ${t.urges.escalated}`}
    </small>
  );
}

export function Voices({ project }: { project: Pick<ProjectSummary, 'voices'> }) {
  const open = openVoices(project);
  return open === 0 ? null : <small class="p-voices">{workWords.value.waiting(open)}</small>;
}
