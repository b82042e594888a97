// What cards of tools are made of: a choice of one, a slider with its figure.
import type { ComponentChildren } from 'preact';
import toolIcons from '../../../assets/icons/tools.json';
import { Icon } from './Icon';

/** One of a few, side by side. */
export function Choice<T extends string>(props: { label: string; value: T | null; of: readonly T[]; name: (one: T) => string; set: (one: T) => void }) {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.of.map((one) => (
        <button key={one} aria-pressed={one === props.value} onClick={() => props.set(one)}>
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

export function Actions({ children }: { children: ComponentChildren }) {
  return <div class="actions">{children}</div>;
}
