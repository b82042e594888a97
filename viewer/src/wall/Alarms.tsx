// Alarms that are not over, those that wait first, by level; each flies there and can be taken care of.
import type { Alarm } from '../api/types';
import { ago, named, quantity } from '../i18n';
import { alarms, byUrgency, listedAlarms, lookOf } from '../state/alarms';
import { now } from '../state/clock';
import { devicesKnown } from '../state/devices';
import { selection } from '../state/selection';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { command } from '../state/view';
import { acknowledging, mayHandle, takeCare } from '../state/wall/deeds';
import { visited } from '../state/wall/touring';
import { Glyph, Panel, useFit } from './parts';
import { words } from './texts';

const ROW = 92;

export function Alarms() {
  const t = words.value;
  const [ref, fit] = useFit<HTMLUListElement>(ROW);
  const shown = visited.value;
  // What is visited stands on top, or it might be among those that have no room.
  const rows = shown ? [shown, ...listedAlarms.value.filter(({ id }) => id !== shown.id)] : listedAlarms.value;
  const room = rows.length > fit ? Math.max(fit - 1, 0) : fit;
  return (
    <Panel name="alarms" title={t.alarms} note={alarms.value.size > 0 ? <b>{alarms.value.size}</b> : undefined} grow>
      {devicesKnown.value && rows.length === 0 && <p class="w-empty">{t.noAlarms}</p>}
      <ul class="w-alarms" ref={ref}>
        {rows.slice(0, room).map((alarm) => (
          <Row key={alarm.id} alarm={alarm} />
        ))}
        {fit > 0 && rows.length > room && <li class="w-more">{t.more(rows.length - room)}</li>}
      </ul>
    </Panel>
  );
}

/** What was measured, and since when. */
export function measured(alarm: Alarm): string {
  const stream = alarm.stream ? kinds.value.get(alarm.kind)?.streams[alarm.stream] : undefined;
  // A switch says nothing by its figure.
  if (!stream?.unit || typeof alarm.value !== 'number') return '';
  return quantity(alarm.value, stream.unit, language.value);
}

export function goTo(alarm: Alarm): void {
  selection.value = { type: 'device', id: alarm.device };
  command({ do: 'point', at: alarm.position });
}

function Row({ alarm }: { alarm: Alarm }) {
  const t = words.value;
  const look = lookOf(alarm.level);
  const chosen = selection.value;
  const current = visited.value?.id === alarm.id || (chosen?.type === 'device' && chosen.id === alarm.device);
  const notes = [measured(alarm), ago(new Date(alarm.opened_at), now.value, language.value)];
  return (
    <li data-status={look} data-alarm={alarm.id} data-state={alarm.state} aria-current={current}>
      <button class="what" onClick={() => goTo(alarm)}>
        <Glyph status={look} icon={kinds.value.get(alarm.kind)?.icon ?? ''} size={40} />
        <span>
          <b>{named(alarm.name, language.value, alarm.rule)}</b>
          <small>
            <span class="word">{t.level[alarm.level]}</span>
            {' · '}
            {named(alarm.device_name, language.value, alarm.device)}
          </small>
          <small>{notes.filter(Boolean).join(' · ')}</small>
        </span>
      </button>
      <span class="deed">
        {alarm.state === 'acknowledged' ? <small>{texts.value.acknowledged}</small> : <Acknowledge alarm={alarm} />}
      </span>
    </li>
  );
}

export function Acknowledge({ alarm }: { alarm: Alarm }) {
  if (!mayHandle.value || alarm.state !== 'open') return null;
  const busy = acknowledging.value.has(alarm.id);
  return (
    <button class="w-button quiet" disabled={busy} onClick={() => void takeCare(alarm.id)}>
      {busy ? words.value.acknowledging : words.value.acknowledge}
    </button>
  );
}

/** Alarms of some devices, most urgent first. */
export const alarmsOf = (ids: ReadonlySet<string>): Alarm[] => [...alarms.value.values()].filter(({ device }) => ids.has(device)).sort(byUrgency);
