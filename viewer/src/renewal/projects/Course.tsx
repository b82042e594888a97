// The course of a project: where it is, until when, what one may do; what it is about and what everyone is told of it.
import type { ProjectDetail, ProjectState } from '../../api/projects';
import { COLUMN_NAMES, COLUMNS, columnOf } from '../../state/renewal/projects';
import { dayAt, daysBetween } from '../../state/renewal/project-days';
import { missingOf } from '../../state/renewal/project-plan';
import { Due } from './Columns';
import { Deeds } from './Deeds';
import type { Shown } from './Project';
import { dayOf, dayOfInstant, listOf, projectWords, workWords } from './words';

/** The states that lead from a draft to an evaluation, in their order. */
const WAY: readonly ProjectState[] = COLUMN_NAMES.filter((column) => column !== 'ended').flatMap((column) => COLUMNS[column]).filter((state) => state !== 'suspended');

export function Course(shown: Shown) {
  const t = workWords.value;
  const { detail } = shown;
  const { project, may, possible, reports_waiting } = detail;
  const summary = project.plan.summary ?? '';
  const missing = project.state === 'draft' ? missingOf(project.plan) : [];
  const over = columnOf(project.state) === 'ended';
  return (
    <>
      <section class="n-card">
        <h2>{t.course}</h2>
        <Way state={project.state} trail={detail.trail} />
        {project.deadline ? (
          <p>
            {t.deadline}{t.list === '、' ? '：' : ': '}
            <Due project={{ deadline: project.deadline, urge: project.urge ?? 'none' }} /> · <small>{t.since(dayOfInstant(project.deadline.since))}</small>
          </p>
        ) : (
          !over && project.state !== 'evaluated' && <p class="n-note">{t.noDeadline}</p>
        )}
        {reports_waiting.length > 0 && <p class="n-note">{t.reportsWaiting(reports_waiting.length)}</p>}
      </section>
      <section class="n-card">
        <h2>{t.todo}</h2>
        {possible.includes('declare') && missing.length > 0 && <p class="p-missing">{t.incomplete(listOf(missing.map((field) => t.missing[field])))}</p>}
        {possible.length === 0 ? <p class="n-note">{over || (project.state === 'evaluated' && may.length === 0) ? t.nothingMore : t.nothingToDo}</p> : <Deeds {...shown} />}
      </section>
      <section class="n-card">
        <h2>{t.summary}</h2>
        {summary === '' ? <p class="n-note">{t.noSummary}</p> : <p class="p-words">{summary}</p>}
      </section>
      <Notice detail={detail} />
    </>
  );
}

/** The steps as a line: what is behind, where it is, what is to come. What ended early stands where it left the way. */
function Way({ state, trail }: { state: ProjectState; trail: ProjectDetail['trail'] }) {
  const [t, p] = [workWords.value, projectWords.value];
  const left = trail.find((entry) => WAY.includes(entry.state))?.state ?? 'draft';
  const here = state === 'suspended' ? 'works' : state;
  const at = WAY.indexOf(WAY.includes(here) ? here : left);
  const ended = columnOf(state) === 'ended';
  return (
    <ol class="p-way">
      {WAY.map((one, index) => {
        const isHere = index === at && !ended;
        return (
          <li key={one} data-at={isHere ? 'here' : index < at || (ended && index === at) ? 'behind' : 'ahead'} aria-current={isHere ? 'step' : undefined}>
            {p.states[isHere ? state : one]}
          </li>
        );
      })}
      {ended && (
        <li data-at="ended" aria-current="step">
          {t.ended}{t.list === '、' ? '：' : ': '}{p.states[state]}
        </li>
      )}
    </ol>
  );
}

/** What everyone is told, and its days. */
export function Notice({ detail: { project } }: { detail: ProjectDetail }) {
  const t = workWords.value;
  const { notice, state, plan_number } = project;
  if (!notice) return null;
  const left = daysBetween(dayAt(new Date()), notice.to);
  const span = t.noticeSpan(dayOf(notice.from), dayOf(notice.to));
  return (
    <section class="n-card">
      <h2>{t.noticeRound(notice.round)}</h2>
      <p class="n-note">
        {span}
        {state === 'notice' && left >= 0 && ` · ${t.noticeLeft(left)}`}
      </p>
      <p class="p-words">{notice.text}</p>
      {(notice.extensions ?? []).map(({ at, before, to, reason }) => (
        <p class="n-note" key={at}>
          {t.extended(dayOf(before), dayOf(to), reason)}
        </p>
      ))}
      {notice.plan_number !== plan_number && <p class="p-missing">{t.noticeOld}</p>}
    </section>
  );
}
