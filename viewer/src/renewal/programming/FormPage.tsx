// Around the form of a member of a list: its title, its sections, saving it; faults are shown once one has tried to.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Fault } from '../../state/renewal/programming-forms';
import { go, hashOf } from '../../state/renewal/route';
import { Failed, Head, SignInHint } from '../parts';
import { Input } from '../projects/fields';
import { words } from '../words';
import { Back, SECTION_OF } from './parts';
import type { Written } from './useForm';
import { texts } from './words';

/** What is wrong with a field, in words; null before one has tried to save. */
export type Wrong = (field: string) => string | null;

interface Props<W> {
  readonly list: 'resources' | 'needs' | 'tasks';
  readonly title: string;
  readonly id: number | null;
  readonly form: Written<W>;
  readonly children: (wrong: Wrong) => ComponentChildren;
}

export function FormPage<W>({ list, title, id, form, children }: Props<W>) {
  const t = texts.value.form;
  const tried = useSignal(false);
  const place = useRef<HTMLFormElement>(null);
  const isWrong = Object.keys(form.faults).length > 0;
  const wrong: Wrong = (field) => {
    const fault: Fault | undefined = form.faults[field];
    return tried.value && fault !== undefined ? t.errors[fault] : null;
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    tried.value = true;
    if (isWrong) return void requestAnimationFrame(() => place.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    const saved = await form.save();
    if (saved !== null) go(SECTION_OF[list], saved);
  };
  return (
    <>
      <Back to={list} />
      <Head title={title} />
      <SignInHint />
      <form class="n-form p-plan" ref={place} onSubmit={(event) => void send(event)} noValidate>
        {form.overtaken && (
          <p class="p-missing" role="alert">
            {t.overtaken}
          </p>
        )}
        {children(wrong)}
        <Failed why={tried.value && isWrong ? t.check : form.why} />
        <div class="p-save">
          <button class="button" type="submit" disabled={form.busy || form.unchanged}>
            {t.save}
          </button>
          <a class="button quiet" href={hashOf(SECTION_OF[list], id)}>
            {words.value.cancel}
          </a>
          {form.unchanged && <small>{t.unchanged}</small>}
        </div>
      </form>
    </>
  );
}

/** The name in both languages; one of them must be there. */
export function Names({ of, change, wrong }: { of: { readonly zh: string; readonly en: string }; change: (changes: { readonly zh?: string; readonly en?: string }) => void; wrong: Wrong }) {
  const t = texts.value.form;
  return (
    <div class="pair">
      <Input label={t.nameZh} value={of.zh} write={(zh) => change({ zh })} wrong={wrong('zh')} />
      <Input label={t.nameEn} value={of.en} write={(en) => change({ en })} wrong={wrong('en')} />
    </div>
  );
}

/** Several of a closed set. */
export function Checks<T extends string>({ label, from, chosen, choose, wrong }: { label: string; from: Readonly<Record<T, string>>; chosen: readonly T[]; choose: (chosen: readonly T[]) => void; wrong: string | null }) {
  return (
    <fieldset class="p-rows" aria-invalid={wrong !== null} tabIndex={-1}>
      <legend>{label}</legend>
      <div class="p-zones">
        {(Object.entries(from) as [T, string][]).map(([one, name]) => (
          <label key={one} class="check">
            <input type="checkbox" checked={chosen.includes(one)} onChange={({ currentTarget }) => choose(currentTarget.checked ? [...chosen, one] : chosen.filter((other) => other !== one))} />
            {name}
          </label>
        ))}
      </div>
      {wrong !== null && <small class="p-wrong">{wrong}</small>}
    </fieldset>
  );
}
