// One indicator at one object: what it counts, what is good, what is known, what one says of it, and why it was not taken.
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Indicator, IndicatorValue } from '../../api/checkups';
import { urgencyOf, URGENCIES } from '../../state/renewal/checkups';
import { keyOf, numberOf } from '../../state/renewal/checkups-drafts';
import { language } from '../../state/settings';
import { remarkOf, type Form, type Trouble } from '../../state/renewal/checkups-form';
import { FieldPhotos, Photos } from './Photos';
import { UrgencyMark } from './parts';
import { nameOf, texts, timeName, valueOf } from './words';

/** Grades and yes-or-no of so few steps are a press each. */
const STEPS_MOST = 4;

interface Props {
  readonly indicator: Indicator;
  readonly object: string;
  readonly form: Form;
  readonly mayWrite: boolean;
}

export function Field({ indicator, object, form, mayWrite }: Props) {
  const t = texts.value;
  const key = keyOf(indicator.code, object);
  const there = form.values.value.get(key);
  const draft = form.drafts.value.get(key);
  const trouble = form.troubles.value.get(key);
  const id = useId();
  const text = draft?.text ?? (there ? String(there.value) : '');
  const value = numberOf(text);
  const urgency = value === null || Number.isNaN(value) ? null : urgencyOf(indicator, value);
  return (
    <article class="k-field" data-indicator={indicator.code} data-typed={draft !== undefined} data-wrong={trouble !== undefined}>
      <h4 id={`${id}-name`}>{nameOf(indicator.name, indicator.code)}</h4>
      <p class="k-counts" id={`${id}-counts`}>
        {nameOf(indicator.counts)}
      </p>
      {mayWrite ? (
        <Entry id={id} indicator={indicator} text={text} wrong={trouble !== undefined} write={(next) => form.write(key, { text: next })} />
      ) : (
        <p class="k-known">{there ? valueOf(there.value, indicator) : '—'}</p>
      )}
      <p class="k-hints" aria-live="polite">
        {urgency && <UrgencyMark of={urgency} />}
        {there && <small>{t.givenBy(t.sources[there.source], timeName(there.at))}</small>}
      </p>
      <Why id={id} trouble={trouble} indicator={indicator} drop={() => form.drop(key)} />
      <div class="k-foot">
        {mayWrite ? <FieldPhotos of={key} name={nameOf(indicator.name, indicator.code)} form={form} /> : <Photos ids={there?.photos ?? []} name={nameOf(indicator.name, indicator.code)} />}
        <Remark draft={draft?.remark} there={there} mayWrite={mayWrite} write={(remark) => form.write(key, { remark })} />
        <details class="k-about">
          <summary>{t.about}</summary>
          <Limits of={indicator} />
        </details>
        {draft && mayWrite && (
          <button class="button k-one" type="button" disabled={form.sending.value} onClick={() => void form.save([key])}>
            {t.saveOne}
          </button>
        )}
      </div>
      {indicator.computed && (
        <p class="k-computed">
          {t.computedBy(nameOf(indicator.computed.how))}
          {there?.source === 'computed' && there.remark && <> {computedOf(there)}</>}
          {mayWrite && <> {t.overComputed}</>}
        </p>
      )}
    </article>
  );
}

/** Of what a value was computed: the server says it in both languages, Chinese first. */
function computedOf({ remark }: IndicatorValue): string {
  const [zh = '', en] = (remark ?? '').split(' / ');
  return en === undefined || language.value === 'zh' ? zh : en;
}

interface EntryProps {
  readonly id: string;
  readonly indicator: Indicator;
  readonly text: string;
  readonly wrong: boolean;
  readonly write: (text: string) => void;
}

function Entry({ id, indicator, text, wrong, write }: EntryProps) {
  const { min, max, unit } = indicator;
  const isGraded = unit === '1' && !indicator.computed && Number.isInteger(min) && max - min < STEPS_MOST;
  const steps = isGraded ? Array.from({ length: Math.floor(max - min) + 1 }, (_, i) => min + i) : [];
  return (
    <div class="k-entry">
      {steps.length > 0 && (
        <div class="k-steps" role="group" aria-labelledby={`${id}-name`}>
          {steps.map((step) => (
            <button key={step} type="button" aria-pressed={numberOf(text) === step} onClick={() => write(numberOf(text) === step ? '' : String(step))}>
              {step}
            </button>
          ))}
        </div>
      )}
      {(steps.length === 0 || !fits(text, steps)) && (
        <span class="k-number">
          <input class="n-input" inputMode="decimal" autocomplete="off" aria-labelledby={`${id}-name`} aria-describedby={`${id}-counts ${id}-why`} aria-invalid={wrong} value={text} onInput={({ currentTarget }) => write(currentTarget.value)} />
          <span class="k-unit">{unit === '1' ? '' : valueOf(0, indicator).replace(/^0\s*/, '')}</span>
        </span>
      )}
    </div>
  );
}

/** Whether steps can say it; a value between them, as a table may hold, is shown as a number. */
const fits = (text: string, steps: readonly number[]): boolean => text.trim() === '' || steps.includes(numberOf(text) ?? NaN);

function Why({ id, trouble, indicator, drop }: { id: string; trouble: Trouble | undefined; indicator: Indicator; drop: () => void }) {
  const t = texts.value;
  if (!trouble) return <p id={`${id}-why`} hidden />;
  return (
    <p class="k-wrong" id={`${id}-why`} role="alert">
      {saying(trouble, indicator, t)}
      {trouble.why === 'meanwhile' && (
        <>
          {' '}
          <button class="link" type="button" onClick={drop}>
            {t.useTheirs}
          </button>
        </>
      )}
    </p>
  );
}

function saying(trouble: Trouble, indicator: Indicator, t: typeof texts.value): string {
  if (trouble.why === 'not_a_number') return t.notNumber;
  if (trouble.why === 'photo') return trouble.words === null ? t.photoLost : t.photoRefused(trouble.words);
  if (trouble.why === 'meanwhile') return trouble.theirs ? t.meanwhile(valueOf(trouble.theirs.value, indicator)) : t.meanwhileGone;
  if (trouble.field === 'value') return t.errors.range(valueOf(indicator.min, indicator), valueOf(indicator.max, indicator));
  if (trouble.field === 'note') return t.errors.note;
  if (trouble.field === 'object' && trouble.words.includes('you may not')) return t.errors.zone;
  return trouble.field === 'object' ? t.errors.scope : t.errors.other(trouble.words);
}

function Remark({ draft, there, mayWrite, write }: { draft: string | undefined; there: IndicatorValue | undefined; mayWrite: boolean; write: (remark: string) => void }) {
  const t = texts.value;
  const open = useSignal(false);
  const text = draft ?? remarkOf(there);
  if (!mayWrite) return text === '' ? null : <p class="k-said">{text}</p>;
  if (!open.value && text === '') {
    return (
      <button class="k-add" type="button" onClick={() => (open.value = true)}>
        {t.addNote}
      </button>
    );
  }
  return (
    <label class="n-field">
      {t.note}
      <textarea class="n-input" rows={2} maxLength={2000} value={text} ref={(box) => (open.value && text === '' ? box?.focus() : undefined)} onInput={({ currentTarget }) => write(currentTarget.value)} />
    </label>
  );
}

/** What can be said, what is good, from where on it is a problem, and who says it. */
function Limits({ of }: { of: Indicator }) {
  const t = texts.value;
  const more = of.direction === 'more_is_better';
  return (
    <ul>
      <li>
        {t.range(valueOf(of.min, of), valueOf(of.max, of))} · {t.directions[of.direction]}
      </li>
      {URGENCIES.toReversed().map((urgency) => {
        const at = of.thresholds[urgency];
        return typeof at === 'number' ? <li key={urgency}>{t.threshold(t.urgencies[urgency], valueOf(at, of), more)}</li> : null;
      })}
      <li>{t.supplier(nameOf(of.supplier))}</li>
    </ul>
  );
}
