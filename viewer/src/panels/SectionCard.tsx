// The sliders of the section: one level cut, one upright cut.
import type { ComponentChildren } from 'preact';
import { quantity } from '../i18n';
import { section, sectionHeading, sectionModel, toggleLevel, toggleUpright } from '../state/bim';
import { models, sectionOpen } from '../state/models';
import { reach_m } from '../state/section';
import { language, texts } from '../state/settings';
import { modelName, words } from './bim-texts';
import { Icon } from './Icon';

/** One step of a slider. */
const STEP_M = 0.05;

export function SectionCard() {
  const t = words.value;
  const box = sectionModel.value?.bounds;
  const { level_m, upright } = section.value;
  const reach = box && upright ? reach_m(box, upright.heading_deg) : 0;
  return (
    <section class="raised section-card" aria-label={texts.value.section}>
      <header>
        <h2>
          {texts.value.section}
          {models.value.length > 1 && sectionModel.value && (level_m !== null || upright) && <small>{modelName(sectionModel.value)}</small>}
        </h2>
        <button class="tool" aria-label={texts.value.close} title={texts.value.close} onClick={() => (sectionOpen.value = false)}>
          <Icon name="x" />
        </button>
      </header>
      <Cut name={t.level} on={level_m !== null} toggle={toggleLevel}>
        {box && level_m !== null && (
          <Slider
            label={t.height}
            min={box.min.up_m}
            max={box.max.up_m}
            value={level_m}
            said={level_m - box.min.up_m}
            set={(value) => (section.value = { ...section.peek(), level_m: value })}
          />
        )}
      </Cut>
      <Cut name={t.upright} on={upright !== null} toggle={toggleUpright}>
        {upright && (
          <>
            <Slider
              label={t.position}
              min={-reach}
              max={reach}
              value={upright.away_m}
              said={upright.away_m + reach}
              set={(away_m) => (section.value = { ...section.peek(), upright: { ...upright, away_m } })}
            />
            <button class="link" onClick={() => (section.value = { ...section.peek(), upright: { heading_deg: sectionHeading(), away_m: 0 } })}>
              {t.faceView}
            </button>
          </>
        )}
      </Cut>
    </section>
  );
}

function Cut({ name, on, toggle, children }: { name: string; on: boolean; toggle: () => void; children: ComponentChildren }) {
  return (
    <div class="cut">
      <label class="switch">
        <input type="checkbox" checked={on} onChange={toggle} />
        {name}
      </label>
      {children}
    </div>
  );
}

function Slider(props: { label: string; min: number; max: number; value: number; said: number; set: (value: number) => void }) {
  const { label, min, max, value, said, set } = props;
  const text = quantity(said, 'm', language.value);
  return (
    <div class="slide">
      <input
        type="range"
        aria-label={label}
        aria-valuetext={text}
        min={min}
        max={max}
        step={STEP_M}
        value={value}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
      <output>{text}</output>
    </div>
  );
}
