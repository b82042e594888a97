// One project of renewal: where it is, what it changes for residents, what they can say of it, and what was said.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api/client';
import { followProjects, gathered } from '../api/news';
import { getOpinions, getProject, postOpinion, type ProjectDetail, type ProjectEntry, type ProjectOpinion } from '../api/projects';
import { named } from '../i18n/format';
import { language } from '../state/preferences';
import { reaching, user } from '../state/resident/me';
import { hashOf, route } from '../state/resident/route';
import { Pictures, Words } from './forms';
import { Icon, Loading, Page } from './parts';
import { dayOf, moment, moneyOf, words } from './project-words';

interface Seen {
  readonly detail: ProjectDetail;
  readonly opinions: readonly ProjectOpinion[];
}

export function Project() {
  const at = route.value;
  const id = at.page === 'project' ? at.id : 0;
  const seen = useSignal<Seen | null>(null);
  const failed = useSignal<string | null>(null);
  const t = words.value;
  const look = async (): Promise<void> => {
    if (document.visibilityState !== 'visible') return;
    try {
      const [detail, opinions] = await reaching(Promise.all([getProject(id), getOpinions(id)]));
      [seen.value, failed.value] = [{ detail, opinions }, null];
    } catch (error) {
      failed.value = error instanceof ApiError && error.status === 404 ? t.notThere : t.unreachable;
    }
  };
  useEffect(() => {
    void look();
    const { soon, stop } = gathered(() => void look(), 0);
    const deaf = followProjects({ project: (changed) => changed === id && soon(), anew: soon });
    return () => {
      deaf();
      stop();
    };
  }, [id]);
  const shown = seen.value;
  const title = shown ? named(shown.detail.project.plan.name, language.value, String(id)) : t.aroundMe;
  return (
    <Page title={title} foot={shown ? <Speak detail={shown.detail} look={look} /> : undefined}>
      {failed.value !== null && !shown && <p class="r-empty">{failed.value}</p>}
      {!shown && failed.value === null && <Loading />}
      {shown && <Told seen={shown} />}
    </Page>
  );
}

function Told({ seen: { detail, opinions } }: { seen: Seen }) {
  const t = words.value;
  const { project, trail } = detail;
  const { plan } = project;
  const built = project.progress_percent ?? 0;
  const facts = [t.kinds[plan.kind], t.levels[plan.level]];
  const last = plan.phases?.map(({ to }) => to).sort().at(-1);
  return (
    <article class="r-report">
      <header>
        <b>{facts.join(' · ')}</b>
        <span class="r-state" data-state={project.state}>{t.states[project.state]}</span>
      </header>
      {plan.summary !== undefined && <p class="r-words">{plan.summary}</p>}
      {(project.state === 'works' || project.state === 'suspended') && (
        <p class="r-built">
          <progress max={100} value={built} aria-label={t.built(built)} /> {t.built(built)}
          {last !== undefined && ` · ${t.until(dayOf(last))}`}
        </p>
      )}
      <Effects detail={detail} />
      {project.notice && (
        <section class="r-answer">
          <h2>{project.state === 'notice' ? t.states.notice : t.notice}</h2>
          <p>{project.notice.text}</p>
          <p class="r-facts">{t.noticeDays(dayOf(project.notice.from), dayOf(project.notice.to))}</p>
        </section>
      )}
      <p class="r-facts">
        {t.money(moneyOf(plan.budget?.planned_fen ?? 0))} · {t.spent(moneyOf(project.spent_fen ?? 0))}
      </p>
      <Phases detail={detail} />
      <Opinions opinions={opinions} />
      <section>
        <h2>{t.progress}</h2>
        <ol class="r-trail">{trail.map((entry) => <Entry key={entry.version} entry={entry} />)}</ol>
      </section>
      <More detail={detail} />
    </article>
  );
}

/** Water that is off, a road that is closed: what one wants to know first. */
function Effects({ detail: { project } }: { detail: ProjectDetail }) {
  const t = words.value;
  const effects = (project.effects ?? []).filter(({ to }) => new Date(to) > new Date());
  if (effects.length === 0) return null;
  return (
    <section class="r-affects">
      <h2>
        <Icon name="circle-alert" />
        {t.affects}
      </h2>
      <ul>
        {effects.map((effect, at) => (
          <li key={at}>
            <b>{t.effects[effect.kind]}</b> {moment(effect.from)} – {moment(effect.to)}
            <p>{effect.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Phases({ detail: { project } }: { detail: ProjectDetail }) {
  const t = words.value;
  const phases = project.plan.phases ?? [];
  if (phases.length === 0) return null;
  const done = new Map(project.phases_done?.map(({ phase, on }) => [phase, on]));
  return (
    <section>
      <h2>{t.phases}</h2>
      <ul class="r-phases">
        {phases.map(({ id, name, from, to }) => (
          <li key={id} data-done={done.has(id)}>
            <b>{named(name, language.value, id)}</b>
            <small>
              {dayOf(from)} – {dayOf(to)}
              {done.has(id) && ` · ${t.done}`}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Opinions({ opinions }: { opinions: readonly ProjectOpinion[] }) {
  const t = words.value;
  if (opinions.length === 0) return null;
  return (
    <section>
      <h2>{t.opinions}</h2>
      <ul class="r-opinions">
        {opinions.map((opinion) => (
          <li key={opinion.id}>
            <small>{[opinion.own ? t.yours : null, moment(opinion.at)].filter(Boolean).join(' · ')}</small>
            <p>{opinion.text}</p>
            {opinion.answer === undefined || opinion.answer === null ? <small>{t.noAnswer}</small> : (
              <p class="r-reply">
                <b>{t.answered}</b> {opinion.answer}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Entry({ entry }: { entry: ProjectEntry }) {
  const t = words.value;
  const { event } = entry;
  const what = event.type === 'done' ? t.deeds[event.deed] : event.type === 'progressed' ? t.progressed : event.type === 'planned' ? t.planned : event.type === 'voiced' ? t.heard : event.type === 'answered' ? t.answered : null;
  // What offices note among themselves says nothing to residents.
  if (what === null) return null;
  return (
    <li data-event={event.type}>
      <b>{what}</b>
      <small>{moment(entry.at)}</small>
      {entry.text && <p>{entry.text}</p>}
      <Pictures ids={entry.photos ?? []} />
    </li>
  );
}

function More({ detail: { project } }: { detail: ProjectDetail }) {
  const t = words.value;
  const { parties = [], documents = [] } = project.plan;
  const findings = project.evaluations?.at(-1);
  return (
    <>
      {findings && (
        <section>
          <h2>{t.found}</h2>
          <p>{findings.text}</p>
        </section>
      )}
      {parties.length > 0 && (
        <section>
          <h2>{t.parties}</h2>
          <ul class="r-phases">
            {parties.map(({ role, name }) => (
              <li key={role + name}>
                <b>{name}</b>
                <small>{t.roles[role]}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
      {documents.length > 0 && (
        <section>
          <h2>{t.documents}</h2>
          <ul class="r-phases">
            {documents.map(({ title, url }) => (
              <li key={url}>
                <a class="r-link" href={url} target="_blank" rel="noopener noreferrer">{title}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Opinions while it is on notice, complaints while it is built. */
function Speak({ detail, look }: { detail: ProjectDetail; look: () => Promise<void> }) {
  const t = words.value;
  const asking = useSignal(false);
  if (!detail.may.includes('voice')) {
    const open = detail.project.state === 'notice';
    if (user.value || !open) return null;
    return (
      <p class="r-empty">
        {t.signInToSpeak} <a class="r-link" href={hashOf({ page: 'sign-in' })}>{t.signIn}</a>
      </p>
    );
  }
  const title = detail.project.state === 'notice' ? t.sayYours : t.complain;
  if (asking.value) return <Say id={detail.project.id} label={title} asking={asking} look={look} />;
  return (
    <div class="r-deeds">
      <button class="r-button" type="button" onClick={() => (asking.value = true)}>
        <Icon name="message-square" />
        {title}
      </button>
    </div>
  );
}

function Say({ id, label, asking, look }: { id: number; label: string; asking: Signal<boolean>; look: () => Promise<void> }) {
  const t = words.value;
  const busy = useSignal(false);
  const failed = useSignal<string | null>(null);
  const key = useSignal(crypto.randomUUID());
  const send = async (text: string): Promise<void> => {
    [busy.value, failed.value] = [true, null];
    try {
      await reaching(postOpinion(id, text, key.value));
      await look();
      asking.value = false;
    } catch (error) {
      failed.value = t.failed + (error instanceof ApiError ? (error.detail ?? t.unreachable) : String(error));
    }
    busy.value = false;
  };
  return (
    <>
      {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
      <Words label={label} busy={busy.value} cancel={() => (asking.value = false)} send={(text) => void send(text)} />
    </>
  );
}
