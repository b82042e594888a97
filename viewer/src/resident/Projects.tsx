// Projects of renewal as rows: a few of them on the first page, all on their own.
import '@preact/signals';
import { useEffect } from 'preact/hooks';
import { followProjects, gathered } from '../api/news';
import type { ProjectSummary } from '../api/projects';
import { named } from '../i18n/format';
import { language } from '../state/preferences';
import { look, nearest, startProjects } from '../state/resident/projects';
import { hashOf } from '../state/resident/route';
import { Icon, Loading, Page } from './parts';
import { dayOf, words } from './project-words';

/** On the first page. */
const FIRST = 3;
/** The list is the same for many: they do not all ask in one moment. */
const SPREAD_MS = 3000;

/** Looks again upon what is told of projects, until the returned function is called. */
function follow(): () => void {
  const { soon, stop } = gathered(() => void look(), SPREAD_MS);
  const deaf = followProjects({ project: soon, anew: soon });
  return () => {
    deaf();
    stop();
  };
}

/** A section of the first page; without projects there is none. */
export function Nearest() {
  useEffect(startProjects, []);
  const t = words.value;
  const all = nearest.value;
  if (!all || all.length === 0) return null;
  return (
    <section>
      <h2>{t.aroundMe}</h2>
      <Rows projects={all.slice(0, FIRST)} />
      {all.length > FIRST && <a class="r-link" href={hashOf({ page: 'projects' })}>{t.allProjects}</a>}
    </section>
  );
}

export function Projects() {
  useEffect(startProjects, []);
  useEffect(follow, []);
  const t = words.value;
  const all = nearest.value;
  return (
    <Page title={t.aroundMe}>
      {all === null ? <Loading /> : all.length === 0 ? <p class="r-empty">{t.noProjects}</p> : <Rows projects={all} />}
    </Page>
  );
}

function Rows({ projects }: { projects: readonly ProjectSummary[] }) {
  return (
    <ul class="r-rows">
      {projects.map((project) => (
        <li key={project.id}>
          <a href={hashOf({ page: 'project', id: project.id })}>
            <Icon name="construction" />
            <span class="r-what">
              <b>{named(project.name, language.value, String(project.id))}</b>
              <small>{said(project)}</small>
            </span>
            <span class="r-state" data-state={project.state}>{words.value.states[project.state]}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** What a resident asks first: until when one may speak, when it will be built, or how far it is. */
function said({ state, notice, kind, progress_percent, from, to }: ProjectSummary): string {
  const t = words.value;
  if (state === 'notice' && notice) return t.noticeUntil(dayOf(notice.to));
  if (state === 'works' || state === 'suspended') return t.built(progress_percent);
  if ((state === 'noticed' || state === 'approved') && from && to) return t.phasesFromTo(dayOf(from), dayOf(to));
  return t.kinds[kind];
}
