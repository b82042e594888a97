// One report: where it stands, what was answered, what happened, and what its reporter may do now.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api/client';
import { act, getReport, say } from '../api/report-deeds';
import type { ReportAction, ReportDetail, ReportEntry } from '../api/reports';
import { reaching } from '../state/resident/me';
import { lookAtMine } from '../state/resident/reports';
import { route } from '../state/resident/route';
import { withVoice } from '../state/resident/with-voice';
import { Foot, Pictures, Words } from './forms';
import { Icon, Loading, Page, StateMark } from './parts';
import { Spoken } from './voices';
import { kindName, moment, words } from './report-words';

export function Detail() {
  const at = route.value;
  const id = at.page === 'report' ? at.id : 0;
  const seen = useSignal<ReportDetail | null>(null);
  const failed = useSignal<string | null>(null);
  const t = words.value;
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState !== 'visible') return;
      reaching(getReport(id)).then(
        (detail) => ([seen.value, failed.value] = [detail, null]),
        (error: unknown) => (failed.value = error instanceof ApiError && error.status === 404 ? t.notThere : t.unreachable),
      );
    };
    look();
    const timer = setInterval(look, 20_000);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [id]);
  const detail = seen.value;
  return (
    <Page title={t.number(id)} foot={detail ? <Deeds detail={detail} seen={seen} /> : undefined}>
      {failed.value !== null && !detail && <p class="r-empty">{failed.value}</p>}
      {!detail && failed.value === null && <Loading />}
      {detail && <Told detail={detail} />}
    </Page>
  );
}

function Told({ detail: { report, trail, contact } }: { detail: ReportDetail }) {
  const t = words.value;
  const { deadline, answer } = report;
  return (
    <article class="r-report">
      <header>
        <b>{kindName(report.kind)}</b>
        <StateMark report={report} />
      </header>
      <p class="r-words">{report.text}</p>
      <Spoken voice={trail[0]?.voice} />
      <Pictures ids={report.photos ?? []} />
      <p class="r-facts">{[report.place.address, moment(report.created_at)].filter(Boolean).join(' · ')}</p>
      {contact && <p class="r-facts">{t.contactGiven(`${contact.name} ${contact.phone}`)}</p>}
      {deadline && report.state !== 'checked' && (
        <p class="r-facts">
          {t.states[report.state]}
          {report.body ? ` · ${t.bodies[report.body]}` : ''} · {t.promised(moment(deadline.due))}
        </p>
      )}
      {answer && (
        <section class="r-answer">
          <h2>{t.answer}</h2>
          <p>{answer}</p>
        </section>
      )}
      <section>
        <h2>{t.progress}</h2>
        <ol class="r-trail">
          {trail.map((entry, at) => (
            <Entry key={at} entry={entry} />
          ))}
        </ol>
      </section>
    </article>
  );
}

function Entry({ entry }: { entry: ReportEntry }) {
  const t = words.value;
  const { event } = entry;
  const what = event.type === 'submitted' ? t.submitted : event.type === 'said' ? t.said : event.type === 'urged' ? t.urges[event.urge] : t.deeds[event.deed];
  const body = entry.body ? ` ${t.to(t.bodies[entry.body])}` : '';
  return (
    <li data-event={event.type}>
      <b>
        {what}
        {body}
      </b>
      <small>
        {t.parties[entry.party] ?? entry.party} · {moment(entry.at)}
      </small>
      {entry.text && <p>{entry.text}</p>}
      {event.type !== 'submitted' && <Pictures ids={entry.photos ?? []} />}
      {event.type !== 'submitted' && <Spoken voice={entry.voice} />}
    </li>
  );
}

/** What may be done now, one form at a time. */
function Deeds({ detail, seen }: { detail: ReportDetail; seen: Signal<ReportDetail | null> }) {
  const t = words.value;
  const asking = useSignal<'confirm' | 'reopen' | 'say' | null>(null);
  const failed = useSignal<string | null>(null);
  const busy = useSignal(false);
  const { id, version } = detail.report;
  const run = async (doing: () => Promise<ReportDetail>): Promise<void> => {
    if (busy.value) return;
    [busy.value, failed.value] = [true, null];
    try {
      seen.value = await reaching(doing());
      asking.value = null;
      void lookAtMine();
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        seen.value = await getReport(id).catch(() => seen.peek());
        failed.value = t.changedMeanwhile;
      } else failed.value = t.failed + (error instanceof ApiError ? (error.detail ?? t.unreachable) : String(error));
    }
    busy.value = false;
  };
  const deed = (action: Omit<ReportAction, 'version'>): Promise<void> => run(() => act(id, { ...action, version }));
  const may = (name: ReportAction['deed']): boolean => detail.own && detail.possible.includes(name);
  return (
    <>
      {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
      {asking.value === 'confirm' && <Rate busy={busy.value} cancel={() => (asking.value = null)} send={(stars, text) => void deed({ deed: 'confirm', rating: { stars, ...(text === '' ? {} : { text }) } })} />}
      {asking.value === 'reopen' && <Words spoken label={t.reopenWhy} busy={busy.value} cancel={() => (asking.value = null)} send={(text, voice) => void run(() => withVoice(voice, (said) => act(id, { deed: 'reopen', text, version, ...said })))} />}
      {asking.value === 'say' && <Words spoken label={t.sayPlaceholder} busy={busy.value} cancel={() => (asking.value = null)} send={(text, voice) => void run(() => withVoice(voice, (said) => say(id, { text, ...said })))} />}
      {asking.value === null && (
        <div class="r-deeds">
          {may('confirm') && (
            <button class="r-button" type="button" onClick={() => (asking.value = 'confirm')}>
              <Icon name="thumbs-up" />
              {t.confirm}
            </button>
          )}
          {may('reopen') && (
            <button class="r-button quiet" type="button" onClick={() => (asking.value = 'reopen')}>
              <Icon name="rotate-ccw" />
              {t.reopen}
            </button>
          )}
          {detail.may_say && (
            <button class="r-button quiet" type="button" onClick={() => (asking.value = 'say')}>
              <Icon name="message-square" />
              {t.say}
            </button>
          )}
          {may('withdraw') && (
            <button class="r-button quiet" type="button" disabled={busy.value} onClick={() => void deed({ deed: 'withdraw' })}>
              {t.withdraw}
            </button>
          )}
        </div>
      )}
    </>
  );
}

function Rate({ busy, cancel, send }: { busy: boolean; cancel: () => void; send: (stars: number, text: string) => void }) {
  const t = words.value;
  const stars = useSignal(0);
  const text = useSignal('');
  return (
    <form
      class="r-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (stars.value > 0) send(stars.value, text.value.trim());
      }}
    >
      <fieldset class="r-stars">
        <legend>{t.rate}</legend>
        {t.stars.map((name, at) => (
          <label key={at} data-on={at < stars.value ? '' : undefined}>
            <input type="radio" name="stars" aria-label={name} checked={stars.value === at + 1} onChange={() => (stars.value = at + 1)} />
            <Icon name="star" />
          </label>
        ))}
        <span aria-live="polite">{t.stars[stars.value - 1] ?? ''}</span>
      </fieldset>
      <textarea rows={2} maxLength={2000} aria-label={t.rateText} placeholder={t.rateText} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      <Foot busy={busy || stars.value === 0} cancel={cancel} />
    </form>
  );
}
