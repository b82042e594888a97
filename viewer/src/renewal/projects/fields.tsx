// Fields of forms: a label, what is written, what is wrong with it. Used by all forms about projects.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { workWords } from './words';

/** Longest text, as the server has it. */
export const TEXT_MOST = 2000;

/** What the server counts as characters: code points. */
export const lengthOf = (text: string): number => Array.from(text).length;

/** A label around its field, with what is wrong and what helps below; both are told with the field. */
export function Field({ label, wrong, note, children }: { label: string; wrong?: string | null | undefined; note?: string | undefined; children: (of: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }) => ComponentChildren }) {
  const id = useId();
  const isWrong = wrong !== undefined && wrong !== null;
  const described = [isWrong ? `${id}-wrong` : '', note === undefined ? '' : `${id}-note`].filter(Boolean).join(' ');
  return (
    <div class="n-field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-invalid': isWrong, 'aria-describedby': described === '' ? undefined : described })}
      {isWrong && <small class="p-wrong" id={`${id}-wrong`}>{wrong}</small>}
      {note !== undefined && <small id={`${id}-note`}>{note}</small>}
    </div>
  );
}

interface Line {
  readonly label: string;
  readonly value: string;
  readonly write: (value: string) => void;
  readonly wrong?: string | null | undefined;
  readonly note?: string | undefined;
}

export function Input({ label, value, write, wrong, note, type = 'text', list, required }: Line & { readonly type?: 'text' | 'date' | 'datetime-local' | 'month' | 'url'; readonly list?: string; readonly required?: boolean }) {
  return (
    <Field label={label} wrong={wrong} note={note}>
      {(of) => <input {...of} type={type} value={value} list={list} aria-required={required} onInput={(event) => write(event.currentTarget.value)} />}
    </Field>
  );
}

/** A number as people write it; it stays text until it is sent. */
export function Amount({ label, value, write, wrong, note }: Line) {
  return (
    <Field label={label} wrong={wrong} note={note}>
      {(of) => <input {...of} type="text" inputMode="decimal" autocomplete="off" value={value} onInput={(event) => write(event.currentTarget.value)} />}
    </Field>
  );
}

export function Area({ label, value, write, wrong, note, rows = 4, required }: Line & { readonly rows?: number; readonly required?: boolean }) {
  const tooLong = lengthOf(value) > TEXT_MOST ? workWords.value.tooLong(TEXT_MOST) : null;
  return (
    <Field label={label} wrong={wrong ?? tooLong} note={note}>
      {(of) => <textarea {...of} rows={rows} value={value} aria-required={required} onInput={(event) => write(event.currentTarget.value)} />}
    </Field>
  );
}

export function Pick<T extends string>({ label, value, write, from, wrong, none }: { label: string; value: T | ''; write: (value: T) => void; from: Readonly<Record<T, string>>; wrong?: string | null; none?: string }) {
  return (
    <Field label={label} wrong={wrong}>
      {(of) => (
        <select {...of} value={value} onChange={(event) => write(event.currentTarget.value as T)}>
          {none !== undefined && <option value="">{none}</option>}
          {(Object.entries(from) as [T, string][]).map(([one, word]) => (
            <option key={one} value={one}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
