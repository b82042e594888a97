// What cards of tools are made of: a choice of one, a slider with its figure, the row of something named.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import toolIcons from '../../../assets/icons/tools.json';
import { Icon } from './Icon';

/** One of a few, side by side. */
export function Choice<T extends string>(props: { label: string; value: T | null; of: readonly T[]; name: (one: T) => string; title?: (one: T) => string; set: (one: T) => void }) {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.of.map((one) => (
        <button key={one} aria-pressed={one === props.value} title={props.title?.(one)} onClick={() => props.set(one)}>
          {props.name(one)}
        </button>
      ))}
    </div>
  );
}

export function Slider(props: { label: string; min: number; max: number; step: number; value: number; text: string; set: (value: number) => void }) {
  const { label, text, set, ...range } = props;
  return (
    <label class="slide">
      <span>{label}</span>
      <input type="range" aria-label={label} aria-valuetext={text} {...range} onInput={(event) => set(Number(event.currentTarget.value))} />
      <output>{text}</output>
    </label>
  );
}

export function ToolIconButton({ icon, label, onClick, pressed }: { icon: keyof typeof toolIcons; label: string; onClick: () => void; pressed?: boolean }) {
  return (
    <button class="tool" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>
      <Icon d={toolIcons[icon]} />
    </button>
  );
}

interface Named {
  readonly name: string;
  /** As its owner called it; empty where it goes by its kind. */
  readonly given: string;
  readonly chosen: boolean;
  readonly words: { readonly name: string; readonly rename: string; readonly remove: string };
  readonly choose: () => void;
  readonly rename: (name: string) => void;
  readonly remove: () => void;
  /** What the row shows, and what else can be done beside it. */
  readonly children: ComponentChildren;
  readonly more?: ComponentChildren;
  /** What stands below while it is chosen. */
  readonly detail: ComponentChildren;
}

/** Something that people made: chosen by a press, renamed in place, removed. */
export function NamedRow({ name, given, chosen, words, choose, rename, remove, children, more, detail }: Named) {
  const naming = useSignal(false);
  const done = (text: string): void => {
    naming.value = false;
    rename(text);
  };
  return (
    <>
      <li data-chosen={chosen}>
        {naming.value ? (
          <input
            type="text"
            aria-label={words.name}
            maxLength={60}
            defaultValue={given}
            ref={(input) => input?.focus()}
            onBlur={(event) => done(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && done(event.currentTarget.value)}
          />
        ) : (
          <button class="what" aria-expanded={chosen} onClick={choose}>
            {children}
          </button>
        )}
        {more}
        <ToolIconButton icon="pencil" label={`${words.rename} ${name}`} onClick={() => (naming.value = true)} />
        <ToolIconButton icon="trash-2" label={`${words.remove} ${name}`} onClick={remove} />
      </li>
      {chosen && <li>{detail}</li>}
    </>
  );
}
