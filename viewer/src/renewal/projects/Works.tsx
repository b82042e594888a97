// How the works of a project go: progress with photographs, what affects residents, evaluations with what they found.
import { useSignal } from '@preact/signals';
import type { Project, ProjectDetail } from '../../api/projects';
import { dayAt } from '../../state/renewal/project-days';
import { Built } from './Columns';
import { Phases } from './Phases';
import { Pictures } from './Pictures';
import { ProgressForm } from './ProgressForm';
import type { Shown } from './Project';
import { dayOf, dayOfInstant, momentOf, moneyOf, projectWords, workWords } from './words';

export function Works(shown: Shown) {
  const t = workWords.value;
  const { project, may } = shown.detail;
  const telling = useSignal(false);
  const began = project.approved_at !== undefined && project.approved_at !== null;
  return (
    <>
      <section class="n-card">
        <h2>{t.progress}</h2>
        {began ? (
          <>
            <Built project={{ progress_percent: project.progress_percent ?? 0, state: 'works' }} />
            <p class="n-note">
              {t.spent} {moneyOf(project.spent_fen ?? 0)} / {moneyOf(project.plan.budget?.planned_fen ?? 0)}
            </p>
          </>
        ) : (
          <p class="n-note">{t.worksNotYet}</p>
        )}
        {may.includes('progress') && !telling.value && (
          <button class="button" type="button" onClick={() => (telling.value = true)}>
            {t.tell}
          </button>
        )}
        {may.includes('progress') && telling.value && <ProgressForm {...shown} close={() => (telling.value = false)} />}
      </section>
      <Effects project={project} />
      {began && <Phases project={project} />}
      <Told detail={shown.detail} />
      <Evaluations project={project} />
    </>
  );
}

function Effects({ project }: { project: Project }) {
  const [t, p] = [workWords.value, projectWords.value];
  const effects = [...(project.effects ?? [])].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  const now = Date.now();
  return (
    <section class="n-card">
      <h2>{t.effects}</h2>
      {effects.length === 0 ? <p class="n-note">{t.noEffects}</p> : (
        <ul class="p-said">
          {effects.map(({ kind, from, to, text }, at) => (
            <li key={at} data-over={Date.parse(to) < now}>
              <b>{p.effects[kind]}</b> {momentOf(from)} – {momentOf(to)} {Date.parse(to) < now && <small>{t.effectsOver}</small>}
              <p class="p-words">{text}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What was told of the works, from the newest of what happened. */
function Told({ detail: { trail, project } }: { detail: ProjectDetail }) {
  const t = workWords.value;
  const told = trail.filter(({ event }) => event.type === 'progressed');
  if (project.approved_at === undefined || project.approved_at === null) return null;
  return (
    <section class="n-card">
      <h2>{t.told}</h2>
      {told.length === 0 ? <p class="n-note">{t.noProgress}</p> : (
        <ol class="p-trail">
          {told.map((entry) => (
            <li key={entry.version}>
              {entry.event.type === 'progressed' && (
                <b>
                  {t.built(entry.event.percent)} · {t.spent} {moneyOf(entry.event.spent_fen)}
                </b>
              )}
              <small>{momentOf(entry.at)}</small>
              {entry.text && <p class="p-words">{entry.text}</p>}
              <Pictures ids={entry.photos ?? []} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Evaluations({ project }: { project: Project }) {
  const t = workWords.value;
  const list = [...(project.evaluations ?? [])].reverse();
  const today = dayAt(new Date());
  return (
    <section class="n-card">
      <h2>{t.evaluation}</h2>
      {list.length === 0 && <p class="n-note">{t.noEvaluation}</p>}
      {list.map(({ at, text, findings = [] }) => (
        <article key={at} class="p-evaluation">
          <h3>{dayOfInstant(at)}</h3>
          <p class="p-words">{text}</p>
          {findings.length > 0 && (
            <ul class="p-said">
              {findings.map((finding) => (
                <li key={finding.id}>
                  {finding.text}
                  <small class="p-under">
                    {t.bodies[finding.body]} · {dayOf(finding.due)} · {finding.mended_at ? t.mendedAt(dayOfInstant(finding.mended_at)) : <strong data-late={finding.due < today}>{finding.due < today ? t.overdue : t.stillOpen}</strong>}
                  </small>
                </li>
              ))}
            </ul>
          )}
        </article>
      ))}
    </section>
  );
}
