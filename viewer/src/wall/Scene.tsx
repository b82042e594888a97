// The middle: the scene, and what lies on it: which stop this is, a new alarm, the heat's legend, troubles,
// and the controls, which come with the first input and go when nobody touches the wall.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import tools from '../../../assets/icons/tools.json';
import type { Alarm } from '../api/types';
import { named } from '../i18n';
import { Icon } from '../panels/Icon';
import { accountOpen } from '../state/account';
import { lookOf } from '../state/alarms';
import { open, publication, trouble } from '../state/session';
import { kinds } from '../state/session';
import { dark, language, texts } from '../state/settings';
import { graphics, placeVisible } from '../state/view';
import { emergency } from '../state/wall/displays';
import { failed, mayEdit, maySwitch } from '../state/wall/deeds';
import { HEAT_RAMP, heatMost } from '../state/wall/legend';
import { heatShown } from '../state/wall/shown';
import { stops } from '../state/wall/stops';
import { happen, phase, stopBehind, visited } from '../state/wall/touring';
import { HEAT_DAYS, warmth } from '../state/wall/warmth';
import { figure } from '../i18n';
import { Acknowledge, measured } from './Alarms';
import { act, handsOn } from './hands';
import { Glyph, Stale, useEvery } from './parts';
import { count, words } from './texts';

export function Scene({ canvas, hold }: { canvas: HTMLCanvasElement; hold: (place: HTMLElement) => () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    place.current.append(canvas);
    return hold(place.current);
  }, []);
  return (
    <main class="w-scene">
      <div class="w-canvas" ref={place} />
      <div class="w-over">
        <Caption />
        <HeatLegend />
        <Trouble />
        <AlarmCard />
        <Controls />
      </div>
    </main>
  );
}

/** Where the tour is, or why it is not going on. */
function Caption() {
  const t = words.value;
  const now = phase.value;
  const left_s = useSignal(0);
  useEvery(500, () => {
    const at = phase.peek();
    left_s.value = at.at === 'paused' && Number.isFinite(at.until_ms) ? Math.max(0, Math.ceil((at.until_ms - Date.now()) / 1000)) : 0;
  });
  if (stops.value.length === 0 || now.at === 'visit' || !placeVisible.value) return null;
  if (now.at === 'held') return null;
  if (now.at === 'paused') return <p class="w-caption">{now.by === 'hand' ? t.pausedHand : t.pausedInput(left_s.value)}</p>;
  return (
    <p class="w-caption">
      <b>{named(stopBehind.value?.title, language.value, '')}</b>
      <span class="w-note">{t.stop((now.stop % stops.value.length) + 1, stops.value.length)}</span>
      <Stale />
    </p>
  );
}

/** An alarm that opened long before it changed is no new one. */
const isNew = ({ opened_at, changed_at }: Alarm): boolean => Date.parse(changed_at) - Date.parse(opened_at) < 30_000;

/** What an alarm is about, while the wall shows it. */
function AlarmCard() {
  const t = words.value;
  const alarm = visited.value;
  if (!alarm) return null;
  const look = lookOf(alarm.level);
  return (
    <section class="w-alarm-card" data-status={look} role="alert" data-alarm={alarm.id}>
      <Glyph status={look} icon={kinds.value.get(alarm.kind)?.icon ?? ''} size={56} />
      <div>
        <p>
          <span class="word">
            {isNew(alarm) ? t.newAlarm : t.risen} · {t.level[alarm.level]}
          </span>
        </p>
        <h2>{named(alarm.name, language.value, alarm.rule)}</h2>
        <p>
          {named(alarm.device_name, language.value, alarm.device)}
          {measured(alarm) && ` · ${measured(alarm)}`}
        </p>
        <p class="advice">{named(alarm.advice, language.value, '')}</p>
      </div>
      <Acknowledge alarm={alarm} />
    </section>
  );
}

function HeatLegend() {
  const t = words.value;
  const now = warmth.value;
  if (!heatShown.value || !now) return null;
  const most = heatMost.value;
  return (
    <section class="w-heat">
      <h2>{t.heatTitle(HEAT_DAYS)}</h2>
      <p class="w-note">{now.total > now.places.length ? t.heatPart(count(now.places.length), count(now.total)) : t.heatTotal(count(now.total))}</p>
      {most > 0 && (
        <>
          <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <defs>
              <linearGradient id="w-heat">
                {HEAT_RAMP.map((colour, i) => (
                  <stop key={colour} offset={i / (HEAT_RAMP.length - 1)} stop-color={colour} />
                ))}
              </linearGradient>
            </defs>
            <rect width="100" height="6" fill="url(#w-heat)" />
          </svg>
          <p class="w-ends">
            <span>0</span>
            <span>
              {figure(most, language.value, 0)} {t.heatUnit}
            </span>
          </p>
        </>
      )}
      <Stale />
    </section>
  );
}

/** What keeps the scene, or all of it, from being the present; in words. */
function Trouble() {
  const t = words.value;
  const why = trouble.value;
  const reasons: (string | false)[] = [
    failed.value !== null && t.failed[failed.value],
    why !== null && { unreachable: t.unreachable, denied: t.denied, missing: t.noPublication, fault: t.unreachable }[why.failure],
    graphics.value === 'missing' && t.noWebgl,
    graphics.value === 'lost' && t.contextLost,
    publication.value === null && why === null && t.opening,
  ];
  const said = reasons.filter((text): text is string => Boolean(text));
  if (said.length === 0) return null;
  return (
    <div class="w-troubles" role="status">
      {said.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {why?.failure === 'denied' && (
        <button class="w-button" onClick={() => (accountOpen.value = true)}>
          {t.signIn}
        </button>
      )}
      {why?.failure === 'missing' && (
        <button class="w-button quiet" onClick={open}>
          {texts.value.retryNow}
        </button>
      )}
    </div>
  );
}

function Controls() {
  const t = words.value;
  if (!handsOn.value) return null;
  const at = phase.value.at;
  const running = at === 'travel' || at === 'dwell' || at === 'visit';
  return (
    <nav class="w-controls" aria-label={t.controls}>
      <p class="w-keys-hint">{t.keys}</p>
      {at !== 'held' && stops.value.length > 1 && (
        <>
          <Control d={running ? tools.pause : tools.play} label={running ? t.pause : t.resume} press={() => happen({ what: running ? 'pause' : 'resume' })} />
          <Control d={tools['skip-forward']} label={t.next} press={act.next} />
        </>
      )}
      <Control d={tools.map} label={t.heat} pressed={heatShown.value} press={act.heat} />
      {maySwitch.value && <Control d={tools.siren} label={emergency.value ? t.end : t.switchMode} press={act.emergency} />}
      <Control d={tools['sun-medium']} label={dark.value ? t.day : t.night} press={act.theme} />
      <Control d={null} label={t.language} press={act.language} />
      <Control d={null} label={t.signIn} press={() => (accountOpen.value = true)} />
      {mayEdit.value && <Control d={tools.settings} label={t.edit} press={act.edit} />}
    </nav>
  );
}

function Control({ d, label, pressed, press }: { d: string | null; label: string; pressed?: boolean; press: () => void }) {
  return (
    <button class="w-control" aria-pressed={pressed} title={label} aria-label={label} onClick={press}>
      {d === null ? label : <Icon d={d} />}
    </button>
  );
}
