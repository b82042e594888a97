// The fields of the form: texts in two languages, numbers, choices, lists.
//
// In: a value and what takes the next one. Out: elements with a label each. Called by Edit and its parts.
import { useId } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { LocalizedText } from '../../api/types';
import { Icon } from '../../panels/Icon';
import { movedBy, replacedAt, withoutAt } from '../../state/wall/draft';
import { say } from './say';

interface Field<T> {
  readonly label: string;
  readonly value: T;
  readonly set: (next: T) => void;
}

export function TextField({ label, value, set, keys = 'text' }: Field<string> & { keys?: 'text' | 'tel' | 'url' }) {
  return (
    <label class="e-field">
      {label}
      <input type="text" inputMode={keys} value={value} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}

export function NumberField({ label, value, set, min, max }: Field<number> & { min: number; max: number }) {
  return (
    <label class="e-field narrow">
      {label}
      <input type="number" min={min} max={max} value={value} onInput={(event) => set(event.currentTarget.valueAsNumber)} />
    </label>
  );
}

/** Empty is left out: a name in one language is a name. */
export function LocalField({ label, value, set }: Field<LocalizedText>) {
  const with_ = (language: 'zh' | 'en', text: string): void => {
    const { zh, en, ...rest } = { ...value, [language]: text };
    set({ ...rest, ...(zh ? { zh } : {}), ...(en ? { en } : {}) });
  };
  const t = say.value;
  return (
    <div class="e-pair">
      <TextField label={`${label} · ${t.zh}`} value={value.zh ?? ''} set={(text) => with_('zh', text)} />
      <TextField label={`${label} · ${t.en}`} value={value.en ?? ''} set={(text) => with_('en', text)} />
    </div>
  );
}

export function Choice<T extends string>({ label, value, set, options }: Field<T> & { options: readonly (readonly [T, string])[] }) {
  return (
    <label class="e-field">
      {label}
      <select value={value} onChange={(event) => set(event.currentTarget.value as T)}>
        {options.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Checks<T extends string>({ label, value, set, options }: Field<readonly T[]> & { options: readonly (readonly [T, string])[] }) {
  const id = useId();
  return (
    <div class="e-checks" role="group" aria-labelledby={id}>
      <span id={id}>{label}</span>
      {options.map(([one, name]) => (
        <label key={one}>
          <input type="checkbox" checked={value.includes(one)} onChange={(event) => set(event.currentTarget.checked ? [...value, one] : value.filter((other) => other !== one))} />
          {name}
        </label>
      ))}
    </div>
  );
}

/** A list whose things can be moved and removed. */
export function List<T>({ value, set, each }: { value: readonly T[]; set: (next: T[]) => void; each: (one: T, set: (next: T) => void, at: number) => ComponentChildren }) {
  const t = say.value;
  return (
    <ol class="e-list">
      {value.map((one, i) => (
        <li key={i}>
          <div class="e-body">{each(one, (next) => set(replacedAt(value, i, next)), i)}</div>
          <div class="e-tools">
            <button type="button" aria-label={t.up} title={t.up} disabled={i === 0} onClick={() => set(movedBy(value, i, -1))}>
              <Icon name="chevron-up" />
            </button>
            <button type="button" aria-label={t.down} title={t.down} disabled={i === value.length - 1} onClick={() => set(movedBy(value, i, 1))}>
              <Icon name="chevron-down" />
            </button>
            <button type="button" aria-label={t.remove} title={t.remove} onClick={() => set(withoutAt(value, i))}>
              <Icon name="trash-2" />
            </button>
          </div>
        </li>
      ))}
    </ol>
  );
}

export function Add({ label, press }: { label: string; press: () => void }) {
  return (
    <button type="button" class="e-add" onClick={press}>
      <Icon name="plus" />
      {label}
    </button>
  );
}
