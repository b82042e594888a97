// What can be done with a report now, as the server says: each deed with the words that it needs; and a word to the
// resident.
//
// In: a report with what is possible. Out: calls of state/opened. One form at a time; what is written stays when it fails.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { postPhoto } from '../api/report-deeds';
import type { ReportAction, ReportDetail } from '../api/reports';
import type { Body, Deed } from '../state/desk';
import { queue } from '../state/desk';
import { busy, failed, performDeed, speak, takeBack, undo, writing } from '../state/opened';
import { reportKinds } from '../state/reports';
import { Icon } from './Icon';
import { goToReport } from './DeskCard';
import { deskWords } from './report-texts';
import { onEscape } from './rows';
import { toolIcon } from './tool-cards';

/** What a deed asks for. */
interface Form {
  readonly text: 'answer' | 'decline' | 'reason' | 'remark' | null;
  readonly more?: 'body' | 'main' | 'project' | 'stars';
  /** What was done can be shown. */
  readonly photos?: boolean;
}

const FORMS: Readonly<Record<Deed, Form>> = {
  accept: { text: 'remark' },
  decline: { text: 'decline' },
  dispatch: { text: 'remark', more: 'body' },
  return: { text: 'reason' },
  start: { text: null },
  answer: { text: 'answer', photos: true },
  pass: { text: 'remark', photos: true },
  fail: { text: 'reason', photos: true },
  confirm: { text: 'remark', more: 'stars' },
  reopen: { text: 'reason', photos: true },
  withdraw: { text: null },
  merge: { text: 'remark', more: 'main' },
  part: { text: 'reason' },
  programme: { text: 'remark', more: 'project' },
  // The clock's own.
  follow: { text: null },
  lapse: { text: null },
};

/** What leads on comes first and stands out; the rest is offered beside it. */
const LEADING: readonly Deed[] = ['accept', 'dispatch', 'start', 'answer', 'pass', 'confirm'];

const TEXT_MOST = 2000;
const PHOTOS_MOST = 6;
const BODIES: readonly Body[] = ['community', 'property', 'community_planner', 'company', 'upper_unit'];

type Said = Omit<ReportAction, 'version' | 'deed'>;

export function Deeds({ detail }: { detail: ReportDetail }) {
  const t = deskWords.value;
  const asking = writing;
  const { report, possible } = detail;
  // What was asked for may not be possible any more when others were faster.
  useEffect(() => {
    if (asking.value && !possible.includes(asking.value)) asking.value = null;
  }, [report.version]);
  const leading = LEADING.find((deed) => possible.includes(deed));
  const rest = possible.filter((deed) => deed !== leading);
  const root = useRef<HTMLElement>(null);
  // Who closes a form goes on where it was.
  useEffect(() => {
    if (asking.value === null && document.activeElement === document.body) root.current?.querySelector<HTMLElement>('[data-deed]')?.focus({ preventScroll: true });
  }, [asking.value]);
  const nameOf = (deed: Deed): string => (deed === 'dispatch' && report.state !== 'accepted' ? t.redispatch : t.doing[deed]);
  const press = (deed: Deed): void => {
    failed.value = null;
    if (FORMS[deed].text === null) void performDeed(report, { deed }, t.takenBack);
    else asking.value = deed;
  };
  return (
    <section ref={root} class="deeds" aria-label={t.deedsLabel}>
      <h3>{t.deedsLabel}</h3>
      <Done detail={detail} />
      {possible.length === 0 && <p class="note">{t.nothingToDo}</p>}
      {asking.value === null ? (
        <div class="deed-row">
          {[...(leading ? [leading] : []), ...rest].map((deed) => (
            <button key={deed} class={deed === leading ? 'button' : 'button quiet'} data-deed={deed} disabled={busy.value} onClick={() => press(deed)}>
              {nameOf(deed)}
            </button>
          ))}
        </div>
      ) : (
        <DeedForm key={asking.value} deed={asking.value} name={nameOf(asking.value)} detail={detail} close={() => (asking.value = null)} />
      )}
      <Trouble />
    </section>
  );
}

/** What was done last, what takes it back, and the way to the next of the queue. */
function Done({ detail: { report } }: { detail: ReportDetail }) {
  const t = deskWords.value;
  const last = undo.value;
  const next = queue.value.find(({ id }) => id !== report.id);
  return (
    <>
      {last?.id === report.id && (
        <p class="undo" role="status">
          {t.done(t.doing[last.of])}
          <button class="link" disabled={busy.value} onClick={() => void takeBack()}>
            {t.takeBack}
          </button>
        </p>
      )}
      {writing.value === null && !queue.value.some(({ id }) => id === report.id) && next && (
        <p class="undo">
          <button class="link" onClick={() => goToReport(next)}>
            {t.next} →
          </button>
        </p>
      )}
    </>
  );
}

function Trouble() {
  const t = deskWords.value;
  const now = failed.value;
  // Who was overtaken is told on top, where what happened is.
  if (!now || now.why === 'overtaken') return null;
  return (
    <p class="trouble" role="alert">
      {now.why === 'refused' ? t.refused(now.words) : t.notReached}
    </p>
  );
}

function DeedForm({ deed, name, detail: { report }, close }: { deed: Deed; name: string; detail: ReportDetail; close: () => void }) {
  const t = deskWords.value;
  const form = FORMS[deed];
  const first = useRef<HTMLFormElement>(null);
  const usual = reportKinds.value.get(report.kind)?.body;
  const said = useSignal<Said>(form.more === 'body' && usual ? { body: usual } : {});
  // Photographs on their way: a deed goes with all that were chosen.
  const coming = useSignal(0);
  useEffect(() => first.current?.querySelector<HTMLElement>('select, input, textarea')?.focus(), []);
  const set = (part: Said): void => void (said.value = { ...said.peek(), ...part });
  const label = { answer: t.answerText, decline: t.declineText, reason: t.reasonText, remark: t.remarkText };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { text, ...rest } = said.peek();
    const words = text?.trim() ?? '';
    const rated = form.more === 'stars' ? { rating: { stars: rest.rating?.stars ?? 5, ...(words === '' ? {} : { text: words }) } } : words === '' ? {} : { text: words };
    if (await performDeed(report, { deed, ...rest, ...rated }, t.takenBack)) close();
  };
  return (
    <form ref={first} class="deed-form" aria-label={name} onSubmit={(event) => void send(event)} onKeyDown={onEscape(close)}>
      {form.more === 'body' && (
        <label>
          {t.toBody}
          <select value={said.value.body ?? ''} required onChange={(event) => set({ body: event.currentTarget.value as Body })}>
            {BODIES.map((body) => (
              <option key={body} value={body}>
                {body === usual ? t.asRule(t.bodies[body]) : t.bodies[body]}
              </option>
            ))}
          </select>
        </label>
      )}
      {form.more === 'main' && (
        <label>
          {t.mainNumber}
          <input type="number" min={1} required inputMode="numeric" onInput={(event) => set({ main: Number(event.currentTarget.value) })} />
        </label>
      )}
      {form.more === 'project' && (
        <label>
          {t.projectId}
          <input type="text" maxLength={200} onInput={(event) => set({ project: event.currentTarget.value.trim() || null })} />
        </label>
      )}
      {form.more === 'stars' && (
        <label>
          {t.starsLabel}
          <input type="number" min={1} max={5} required defaultValue="5" onInput={(event) => set({ rating: { stars: Number(event.currentTarget.value) } })} />
        </label>
      )}
      {form.text !== null && (
        <label>
          {label[form.text]}
          <textarea rows={form.text === 'remark' ? 2 : 4} maxLength={TEXT_MOST} required={form.text !== 'remark'} value={said.value.text ?? ''} onInput={(event) => set({ text: event.currentTarget.value })} />
        </label>
      )}
      {form.photos && <Photos said={said} set={set} coming={coming} />}
      <div class="deed-row">
        <button class="button" disabled={busy.value || coming.value > 0}>
          {name}
        </button>
        <button class="button quiet" type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </form>
  );
}

/** Photographs of what was done: sent when they are chosen, named with the deed. */
function Photos({ said, set, coming }: { said: Signal<Said>; set: (part: Said) => void; coming: Signal<number> }) {
  const t = deskWords.value;
  const trouble = useSignal(false);
  const ids = said.value.photos ?? [];
  const add = async (files: readonly File[]): Promise<void> => {
    trouble.value = false;
    const chosen = files.slice(0, PHOTOS_MOST - (said.peek().photos?.length ?? 0) - coming.peek());
    coming.value += chosen.length;
    for (const file of chosen) {
      await postPhoto(file).then(
        ({ id }) => set({ photos: [...(said.peek().photos ?? []), id] }),
        () => (trouble.value = true),
      );
      coming.value -= 1;
    }
  };
  return (
    <div class="deed-row">
      {ids.map((id, at) => (
        <span key={id} class="note">
          {t.photoOf(at + 1)}
        </span>
      ))}
      {coming.value > 0 && (
        <span class="note" role="status">
          {t.photoOf(ids.length + 1)} …
        </span>
      )}
      {ids.length + coming.value < PHOTOS_MOST && (
        <label class="link file">
          {t.addPhoto}
          <input
            type="file"
            accept="image/jpeg,image/png,image/webp"
            multiple
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])];
              // One that was refused can be chosen again.
              currentTarget.value = '';
              void add(files);
            }}
          />
        </label>
      )}
      {trouble.value && <p class="trouble" role="alert">{t.photoFailed}</p>}
    </div>
  );
}

/** A word to the resident. */
export function Say({ detail: { report } }: { detail: ReportDetail }) {
  const t = deskWords.value;
  const text = useSignal('');
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const words = text.peek().trim();
    if (words !== '' && (await speak(report.id, words))) text.value = '';
  };
  return (
    <form class="say" aria-label={t.say} onSubmit={(event) => void send(event)}>
      <textarea rows={2} maxLength={TEXT_MOST} aria-label={t.sayLabel} placeholder={t.say} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      <button class="tool" disabled={busy.value || text.value.trim() === ''} aria-label={t.send} title={t.send}>
        <Icon d={toolIcon('send')} />
      </button>
    </form>
  );
}
