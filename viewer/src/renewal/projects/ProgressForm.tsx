// Telling how the works go: how much is built and spent, which phase is done, photographs, what affects residents.
//
// In: the project. Out: what is told, with the version that was seen. Photographs are sent before it, each once.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { tellProgress, type ProjectEffect } from '../../api/project-work';
import { postPhoto } from '../../api/report-deeds';
import { named } from '../../i18n/format';
import { Icon } from '../../panels/Icon';
import { onEscape } from '../../panels/rows';
import { progressOf, tellsNothing, wrongProgress, type EffectWords, type ProgressWords } from '../../state/renewal/project-progress';
import { fieldOf } from '../../state/renewal/project-days';
import { yuanOf, type Faults } from '../../state/renewal/project-plan';
import { language } from '../../state/settings';
import { FileButton } from '../FileButton';
import { Failed } from '../parts';
import { words } from '../words';
import { planWords } from './plan-words';
import { Amount, Area, Input, Pick } from './fields';
import type { Shown } from './Project';
import { useWork } from './useWork';
import { projectWords, workWords } from './words';

const PHOTOS_MOST = 6;

const wordsOf = ({ kind, from, to, text }: ProjectEffect): EffectWords => ({ kind, from: fieldOf(new Date(from)), to: fieldOf(new Date(to)), text });

export function ProgressForm({ close, ...shown }: Shown & { close: () => void }) {
  const t = workWords.value;
  const { project } = shown.detail;
  const said = useSignal<ProgressWords>({ text: '', percent: String(project.progress_percent ?? 0), spent: yuanOf(project.spent_fen ?? 0), phase: '', effects: null });
  const photos = useSignal<readonly File[]>([]);
  const sent = useRef(new Map<File, string>());
  const tried = useSignal(false);
  const { busy, why, work } = useWork(shown);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('textarea')?.focus(), []);
  const change = (changes: Partial<ProgressWords>): void => void (said.value = { ...said.value, ...changes });
  const wrong: Faults = { ...wrongProgress(said.value, project), ...(photos.value.length === 0 && tellsNothing(said.value, project) && { form: 'nothing' }) };
  const told = (field: string): string | null => (tried.value && wrong[field] ? planWords.value.errors[wrong[field]] : null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    tried.value = true;
    if (Object.keys(wrong).length > 0) return void requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    const version = project.version;
    const done = await work(async () => {
      for (const photo of photos.value) if (!sent.current.has(photo)) sent.current.set(photo, (await postPhoto(photo)).id);
      return tellProgress(project.id, { ...progressOf(said.value, project), photos: photos.value.flatMap((photo) => sent.current.get(photo) ?? []), version });
    });
    if (done) close();
  };
  const open = (project.plan.phases ?? []).filter(({ id }) => !project.phases_done?.some(({ phase }) => phase === id));
  return (
    <form class="n-form p-deed" ref={form} onSubmit={(event) => void send(event)} onKeyDown={onEscape(close)} noValidate>
      <Area label={t.whatDone} value={said.value.text} write={(text) => change({ text })} rows={3} />
      <div class="pair">
        <Amount label={t.percent} value={said.value.percent} write={(percent) => change({ percent })} wrong={told('percent')} />
        <Amount label={t.spentYuan} value={said.value.spent} write={(spent) => change({ spent })} wrong={told('spent')} />
        {project.state === 'works' && open.length > 0 && <Pick label={t.phaseFinished} value={said.value.phase} write={(phase) => change({ phase })} none={t.noPhase} from={Object.fromEntries(open.map(({ id, name }) => [id, named(name, language.value, id)]))} />}
      </div>
      <Photos photos={photos.value} choose={(chosen) => (photos.value = chosen)} />
      <label class="check">
        <input type="checkbox" checked={said.value.effects !== null} onChange={(event) => change({ effects: event.currentTarget.checked ? (project.effects ?? []).map(wordsOf) : null })} />
        {t.changeEffects}
      </label>
      {said.value.effects && <EffectRows effects={said.value.effects} write={(effects) => change({ effects })} told={told} />}
      {tried.value && wrong.form && <Failed why={planWords.value.errors[wrong.form]} />}
      <Failed why={why} />
      <div class="p-deeds">
        <button class="button" type="submit" disabled={busy}>
          {t.publishProgress}
        </button>
        <button class="button quiet" type="button" onClick={close}>
          {words.value.cancel}
        </button>
      </div>
    </form>
  );
}

function Photos({ photos, choose }: { photos: readonly File[]; choose: (photos: readonly File[]) => void }) {
  const t = workWords.value;
  const add = (files: readonly File[]): void => choose([...photos, ...files].slice(0, PHOTOS_MOST));
  return (
    <div class="n-field">
      <FileButton label={t.photos} note={t.photosMost(PHOTOS_MOST)} accept="image/jpeg,image/png,image/webp" multiple unnamed disabled={photos.length >= PHOTOS_MOST} choose={add} />
      {photos.length > 0 && (
        <ul class="p-lines">
          {photos.map((photo, at) => (
            <li key={at}>
              {photo.name}{' '}
              <button class="link" type="button" onClick={() => choose(photos.filter((one) => one !== photo))}>
                {words.value.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const DAY_MS = 86_400_000;

function EffectRows({ effects, write, told }: { effects: readonly EffectWords[]; write: (effects: readonly EffectWords[]) => void; told: (field: string) => string | null }) {
  const [t, p] = [workWords.value, projectWords.value];
  const change = (at: number, changes: Partial<EffectWords>): void => write(effects.map((one, index) => (index === at ? { ...one, ...changes } : one)));
  const add = (): void => write([...effects, { kind: 'noise', from: fieldOf(new Date()), to: fieldOf(new Date(Date.now() + DAY_MS)), text: '' }]);
  return (
    <fieldset class="p-rows">
      <legend>{t.effects}</legend>
      <p class="n-note">{t.effectsNote}</p>
      {effects.map((effect, at) => (
        <div class="p-row" key={at}>
          <div class="pair">
            <Pick label={t.effectKind} value={effect.kind} write={(kind) => change(at, { kind })} from={p.effects} />
            <Input type="datetime-local" label={t.from} value={effect.from} write={(from) => change(at, { from })} wrong={told(`effects.${at}.from`)} />
            <Input type="datetime-local" label={t.to} value={effect.to} write={(to) => change(at, { to })} wrong={told(`effects.${at}.to`)} />
          </div>
          <Input label={t.where} value={effect.text} write={(text) => change(at, { text })} wrong={told(`effects.${at}.text`)} />
          <button class="link" type="button" onClick={() => write(effects.filter((_, index) => index !== at))}>
            {words.value.remove}
          </button>
        </div>
      ))}
      <button class="button quiet p-add" type="button" onClick={add}>
        <Icon name="plus" />
        {t.addEffect}
      </button>
    </fieldset>
  );
}
