// The card of measuring: what to measure, the figures so far, and what has been measured.
import { computed, useSignal } from '@preact/signals';
import { measured, measureTexts } from '../i18n/measure';
import { chosen, csv, draft, figures, finish, KINDS, kind, list, main, pointed, POINTS, remove, rename, takeBack, type Kind, type Measurement, type Vec } from '../state/measure';
import { language } from '../state/settings';
import { copyText } from './copying';
import { Icon } from './Icon';
import { Choice, NamedRow } from './tool-parts';

const words = computed(() => measureTexts(language.value));
const say = (value: number, unit: 'm' | 'm2' | 'deg'): string => measured(value, unit, language.value);

export function MeasureCard() {
  const t = words.value;
  const points = draft.value;
  const at = pointed.value;
  const set = (next: Kind): void => {
    draft.value = [];
    kind.value = next;
  };
  return (
    <>
      <Choice label={t.kind} value={kind.value} of={KINDS} name={(one) => t.kinds[one]} set={set} />
      {points.length === 0 ? <p class="note">{t.start[kind.value]}</p> : <Figures kind={kind.value} points={at ? [...points, at.at] : points} />}
      <p class="note" role="status">
        {at ? t.caught[at.caught] : matchMedia('(hover: hover)').matches ? t.snapHelp : t.snapTouch}
      </p>
      {points.length > 0 && (
        <div class="actions">
          {points.length >= POINTS[kind.value].least && (
            <button class="button" onClick={finish}>
              {t.finish}
            </button>
          )}
          <button class="link" onClick={takeBack}>
            {t.undo}
          </button>
          <button class="link" onClick={() => (draft.value = [])}>
            {t.drop}
          </button>
        </div>
      )}
      <Results />
    </>
  );
}

function Figures({ kind: of, points }: { kind: Kind; points: readonly Vec[] }) {
  const t = words.value;
  const f = figures(points);
  const rows: Readonly<Record<Kind, readonly (readonly [string, string])[]>> = {
    distance: [[t.length, say(f.length_m, 'm')], [t.level, say(f.level_m, 'm')], [t.rise, say(f.rise_m, 'm')]],
    height: [[t.rise, say(f.rise_m, 'm')], [t.level, say(f.level_m, 'm')], [t.slant, say(f.slant_m, 'm')]],
    area: [[t.levelArea, say(f.level_m2, 'm2')], [t.surfaceArea, say(f.surface_m2, 'm2')], [t.around, say(f.around_m, 'm')]],
    angle: [[t.angle, say(points.length > 2 ? f.angle_deg : 0, 'deg')]],
  };
  return (
    <dl class="figures">
      {rows[of].map(([label, value], i) => (
        <>
          <dt>{label}</dt>
          <dd class={i === 0 ? 'main' : undefined}>{value}</dd>
        </>
      ))}
    </dl>
  );
}

const nameOf = (one: Measurement): string => one.name || `${words.value.kinds[one.kind]} ${list.value.filter((other) => other.kind === one.kind).indexOf(one) + 1}`;

function Results() {
  const t = words.value;
  const said = useSignal('');
  if (list.value.length === 0) return <p class="note">{t.empty}</p>;
  return (
    <section aria-label={t.list}>
      <ul class="list-of">
        {list.value.map((one) => (
          <Result key={one.id} one={one} said={(text) => (said.value = text)} />
        ))}
      </ul>
      <div class="actions">
        <button class="link" onClick={() => void copyText(csv(list.peek(), nameOf)).then((done) => (said.value = done ? t.copied : t.copyFailed))}>
          {t.copyAll}
        </button>
        <button class="link" onClick={() => (list.value = [])}>
          {t.removeAll}
        </button>
        <span class="note" role="status">
          {said.value}
        </span>
      </div>
    </section>
  );
}

function Result({ one, said }: { one: Measurement; said: (text: string) => void }) {
  const t = words.value;
  const { value, unit } = main(one);
  const name = nameOf(one);
  const isChosen = chosen.value === one.id;
  const copy = (
    <button class="tool" aria-label={`${t.copy} ${name}`} title={t.copy} onClick={() => void copyText(`${name} ${say(value, unit)}`).then((ok) => said(ok ? t.copied : t.copyFailed))}>
      <Icon name="copy" />
    </button>
  );
  return (
    <NamedRow
      {...{ name, given: one.name, chosen: isChosen, words: t, more: copy, detail: <Figures kind={one.kind} points={one.points} /> }}
      choose={() => (chosen.value = isChosen ? null : one.id)}
      rename={(text) => rename(one.id, text)}
      remove={() => remove(one.id)}
    >
      <strong>{say(value, unit)}</strong>
      <small>
        {name}
        {one.kind === 'distance' && one.points.length > 2 && ` · ${t.legs(one.points.length - 1)}`}
      </small>
    </NamedRow>
  );
}
