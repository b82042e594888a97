// Day and hour of the sun, days that people ask for, and the sunshine at a tapped point.
import { figure, quantity } from '../i18n';
import { sunTexts } from '../i18n/sun';
import { level } from '../state/quality';
import { language } from '../state/settings';
import { TERMS, day, dayOfTerm, daylight, litMinutes, minute, origin, playingDay, stretches, sun, sunshine, zone, type Sunshine, type Term } from '../state/sun';
import { Icon } from './Icon';
import { toolIcon } from './tool-cards';
import { Choice } from './tool-parts';

const clockOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(Math.round(minutes) % 60).padStart(2, '0')}`;

/** Hours by the sun that the rule counts on its days. */
const WINDOWS = { coldest: [8, 16], winter: [9, 15] } as const;

export function SunCard() {
  const t = sunTexts(language.value);
  const now = sun.value;
  if (!now) return <p class="note">{t.noPlace}</p>;
  const degrees = (value: number): string => quantity(value, 'deg', language.value, 1);
  const terms = Object.keys(TERMS) as Term[];
  const dateOf = (term: Term): string => dayOfTerm(Number(day.value.slice(0, 4)), term, zone.value);
  return (
    <div class="sun">
      <label class="row">
        <span>{t.day}</span>
        <input type="date" value={day.value} onInput={({ currentTarget: { value } }) => value !== '' && (day.value = value)} />
      </label>
      <Choice label={t.shortcuts} value={terms.find((term) => day.value === dateOf(term)) ?? null} of={terms} name={(term) => t.terms[term]} title={dateOf} set={(term) => (day.value = dateOf(term))} />
      <div class="row">
        <button class="tool" aria-label={playingDay.value ? t.pause : t.play} title={playingDay.value ? t.pause : t.play} onClick={() => (playingDay.value = !playingDay.value)}>
          <Icon d={toolIcon(playingDay.value ? 'pause' : 'play')} />
        </button>
        <input
          type="range"
          aria-label={t.hour}
          aria-valuetext={clockOf(minute.value)}
          min={0}
          max={1435}
          step={5}
          value={minute.value}
          onInput={({ currentTarget: { value } }) => {
            playingDay.value = false;
            minute.value = Number(value);
          }}
        />
        <output>{clockOf(minute.value)}</output>
      </div>
      <p class="stands">{now.altitude_deg > 0 ? t.stands(degrees(now.azimuth_deg), degrees(now.altitude_deg)) : t.night}</p>
      {!level.value.shadows && <p class="note">{t.noShadows}</p>}
      {sunshine.value ? <Found found={sunshine.value} /> : <p class="note">{t.tap}</p>}
      <details class="note">
        <summary>GB 50180-2018</summary>
        <p>{t.rule}</p>
        <p>{t.limits}</p>
      </details>
      <p class="note">{t.clock(`UTC${zone.value < 0 ? '−' : '+'}${Math.abs(zone.value) / 60}`)}</p>
    </div>
  );
}

function Found({ found }: { found: Sunshine }) {
  const t = sunTexts(language.value);
  const place = origin.value;
  if (!place) return null;
  const said = (minutes: number): string => t.duration(Math.floor(minutes / 60), minutes % 60);
  const all = daylight(found.day, place.latitude_deg, place.longitude_deg);
  const year = Number(found.day.slice(0, 4));
  const term = (['coldest', 'winter'] as const).find((one) => dayOfTerm(year, one, zone.value) === found.day);
  const [from, to] = term ? WINDOWS[term] : [0, 24];
  const first = all[0]?.minute ?? 0;
  const length = Math.max((all.at(-1)?.minute ?? 1440) - first, 1);
  return (
    <section class="sunshine" role="status">
      {!found.done && <p class="note">{t.reckoning(`${figure((found.samples.length / Math.max(all.length, 1)) * 100, language.value, 0)}%`)}</p>}
      {found.done && <h3>{litMinutes(found.samples) === 0 ? t.none : t.hours(said(litMinutes(found.samples)))}</h3>}
      {found.done && term && <p>{t.window(from, to, said(litMinutes(found.samples, from, to)))}</p>}
      <svg viewBox={`0 0 ${length} 10`} preserveAspectRatio="none" aria-hidden="true">
        {stretches(found.samples).map((one) => (
          <rect key={one.from} x={one.from - first} width={one.to - one.from} height={10} />
        ))}
      </svg>
      <p class="note">
        {stretches(found.samples)
          .map((one) => `${clockOf(one.from)}–${clockOf(one.to)}`)
          .join('　')}
      </p>
      <button class="link" onClick={() => (sunshine.value = null)}>
        {t.clear}
      </button>
    </section>
  );
}
