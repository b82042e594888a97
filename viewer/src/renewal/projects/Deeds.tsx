// What can be done with a project now, as the server says: each deed with the words that it needs.
//
// In: a project with what is possible. Out: the deed, with the version that was seen. What is written stays when it fails.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { actOnProject, type ProjectAction, type ProjectDeed } from '../../api/project-work';
import { dayAfter, dayAt, firstLastDay } from '../../state/renewal/project-days';
import { ready, type DeedWords } from '../../state/renewal/project-deeds';
import { onEscape } from '../../panels/rows';
import { Failed } from '../parts';
import { words } from '../words';
import { Area, Input } from './fields';
import { Findings, Mended } from './Findings';
import { FORMS, LEADING } from './forms';
import type { Shown } from './Project';
import { dayOf, workWords } from './words';
import { useWork } from './useWork';

export function Deeds(shown: Shown) {
  const t = workWords.value;
  const writing = useSignal<ProjectDeed | null>(null);
  const { possible, project } = shown.detail;
  // What one was writing may not be possible any more when others were faster.
  const open = possible.find((deed) => deed === writing.value) ?? null;
  const ordered = [...possible].sort((a, b) => Number(LEADING.includes(b)) - Number(LEADING.includes(a)));
  const done = useRef<HTMLDivElement>(null);
  const close = (): void => {
    writing.value = null;
    done.current?.focus();
  };
  return (
    <div class="p-doable" ref={done} tabIndex={-1}>
      <div class="p-deeds">
        {ordered.map((deed) => (
          <button key={deed} type="button" class={LEADING.includes(deed) ? 'button' : 'button quiet'} data-deed={deed} aria-expanded={open === deed} onClick={() => (writing.value = open === deed ? null : deed)}>
            {t.act[deed]}
          </button>
        ))}
      </div>
      {open && <DeedForm key={`${open}-${project.id}`} deed={open} shown={shown} close={close} />}
    </div>
  );
}

const EMPTY: DeedWords = { text: '', lastDay: '', findings: [], mended: [] };

function DeedForm({ deed, shown, close }: { deed: ProjectDeed; shown: Shown; close: () => void }) {
  const t = workWords.value;
  const { project } = shown.detail;
  const form = FORMS[deed];
  const needsText = form.text !== 'remark' && !(deed === 'withdraw' && project.state === 'draft');
  const first = deed === 'extend' && project.notice ? dayAfter(project.notice.to) : firstLastDay(new Date(), shown.detail.notice_days);
  const lastDayNote = deed === 'extend' ? t.extendNote(dayOf(first)) : t.lastDayNote(dayOf(first), shown.detail.notice_days);
  const said = useSignal<DeedWords>({ ...EMPTY, lastDay: form.lastDay === true ? first : '' });
  const tried = useSignal(false);
  const { busy, why, work } = useWork(shown);
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => place.current?.querySelector<HTMLElement>('textarea, input')?.focus(), []);
  const change = (changes: Partial<DeedWords>): void => void (said.value = { ...said.value, ...changes });
  const wrong = ready(said.value, { needsText, firstDay: form.lastDay === true ? first : null, today: dayAt(new Date()) });
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    tried.value = true;
    if (Object.keys(wrong).length > 0) return void requestAnimationFrame(() => place.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    if (await work(() => actOnProject(project.id, actionOf(deed, said.value, project.version)))) close();
  };
  const told = (field: string): string | null => (tried.value && wrong[field] ? t.required : null);
  return (
    <form class="n-form p-deed" ref={place} onSubmit={(event) => void send(event)} onKeyDown={onEscape(close)} noValidate>
      <Area label={t.texts[needsText || form.text === 'remark' ? form.text : 'remark']} value={said.value.text} write={(text) => change({ text })} wrong={told('text')} required={needsText} />
      {form.lastDay === true && <Input type="date" label={t.lastDay} value={said.value.lastDay} write={(lastDay) => change({ lastDay })} note={lastDayNote} wrong={tried.value && wrong.lastDay ? lastDayNote : null} required />}
      {form.findings === true && <Evaluated shown={shown} said={said} wrong={tried.value ? wrong : {}} />}
      <Failed why={why} />
      <div class="p-deeds">
        <button class="button" type="submit" disabled={busy}>
          {t.act[deed]}
        </button>
        <button class="button quiet" type="button" onClick={close}>
          {words.value.cancel}
        </button>
      </div>
    </form>
  );
}

/** What an evaluation found, and which earlier findings it saw mended. */
function Evaluated({ shown, said, wrong }: { shown: Shown; said: Signal<DeedWords>; wrong: Readonly<Record<string, boolean>> }) {
  const open = (shown.detail.project.evaluations ?? []).flatMap(({ findings }) => findings ?? []).filter(({ mended_at }) => !mended_at);
  return (
    <>
      {open.length > 0 && <Mended open={open} chosen={said.value.mended} choose={(mended) => (said.value = { ...said.value, mended })} />}
      <Findings found={said.value.findings} write={(findings) => (said.value = { ...said.value, findings })} wrong={wrong} />
    </>
  );
}

function actionOf(deed: ProjectDeed, { text, lastDay, findings, mended }: DeedWords, version: number): ProjectAction {
  const trimmed = text.trim();
  return {
    deed,
    version,
    ...(trimmed !== '' && { text: trimmed }),
    ...(lastDay !== '' && { last_day: lastDay }),
    ...(findings.length > 0 && { findings: [...findings] }),
    ...(mended.length > 0 && { mended: [...mended] }),
  };
}
