// Projects of renewal by phase, their money, and those that are on notice or being built.
import { useEffect } from 'preact/hooks';
import type { ProjectSummary } from '../api/projects';
import { named } from '../i18n';
import { day, money, projectTexts } from '../i18n/project';
import { language } from '../state/settings';
import { brokenSince, byPhase, confirmed, figures, running } from '../state/wall/projects';
import { watchProjects } from '../state/wall/projects-watch';
import { Panel, useFit } from './parts';
import { count, moment, words } from './texts';

const ROW = 46;

export function Projects() {
  useEffect(watchProjects, []);
  const t = words.value;
  const [ref, fit] = useFit<HTMLUListElement>(ROW);
  const all = figures.value;
  const rows = running.value;
  const room = rows.length > fit ? Math.max(fit - 1, 0) : fit;
  const stale = brokenSince.value;
  const sums = all && confirmed(all);
  return (
    <Panel name="projects" title={t.projects} note={stale ? <span class="w-stale">{t.staleShort(moment(stale))}</span> : all && all.late > 0 ? t.projectsLate(count(all.late)) : undefined} grow>
      {all && sums && (
        <>
          <ol class="w-phases">
            {byPhase(all).map(([phase, n]) => (
              <li key={phase} data-phase={phase} data-none={n === 0}>
                <b>{count(n)}</b>
                {t.phase[phase]}
              </li>
            ))}
          </ol>
          <p class="w-note w-budget">
            {t.budget(money(sums.planned_fen, language.value), money(sums.spent_fen, language.value))}
          </p>
        </>
      )}
      {all && rows.length === 0 && <p class="w-empty">{t.noProjects}</p>}
      <ul class="w-works" ref={ref}>
        {rows.slice(0, room).map((project) => <Row key={project.id} project={project} />)}
        {rows.length > room && <li class="w-more">{t.more(rows.length - room)}</li>}
      </ul>
    </Panel>
  );
}

function Row({ project: { id, name, state, notice, progress_percent: built } }: { project: ProjectSummary }) {
  const texts = projectTexts(language.value);
  const building = state === 'works' || state === 'suspended';
  return (
    <li>
      <span class="name">{named(name, language.value, `#${id}`)}</span>
      <span class="w-note">{building ? `${texts.states[state]} ${built}%` : notice && state === 'notice' ? texts.noticeUntil(day(notice.to, language.value)) : texts.states[state]}</span>
      {building && <progress max={100} value={built} aria-label={texts.built(built)} />}
    </li>
  );
}
