// The alarms that are not over, most urgent first; a click flies to the device.
import { useSignal } from '@preact/signals';
import type { Alarm } from '../api/types';
import { ago, named, quantity } from '../i18n';
import { goToDeviceId } from '../state/actions';
import { listedAlarms, lookOf } from '../state/alarms';
import { now } from '../state/clock';
import { selection } from '../state/selection';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { Icon, StatusGlyph } from './Icon';
import { moveInList } from './rows';

/** Rows made at once; more on request. */
const PAGE = 200;

export function AlarmRows() {
  const t = texts.value;
  const shown = useSignal(PAGE);
  const rows = listedAlarms.value;
  if (rows.length === 0) return <p class="empty">{t.noAlarms}</p>;
  const chosen = selection.value;
  const current = chosen?.type === 'device' ? chosen.id : null;
  const stop = (rows.find(({ device }) => device === current) ?? rows[0])?.id;
  return (
    <>
      <ul class="rows" onKeyDown={moveInList}>
        {rows.slice(0, shown.value).map((alarm) => (
          <li key={alarm.id}>
            <AlarmRow alarm={alarm} current={alarm.device === current} tabStop={alarm.id === stop} />
          </li>
        ))}
      </ul>
      {rows.length > shown.value && (
        <p class="more">
          <button class="button quiet" onClick={() => (shown.value += PAGE)}>
            <Icon name="chevron-down" />
            {t.more(rows.length - shown.value)}
          </button>
        </p>
      )}
    </>
  );
}

/** One alarm as a line: glyph, what, where and since when, word. */
function AlarmRow({ alarm, current, tabStop }: { alarm: Alarm; current: boolean; tabStop: boolean }) {
  const t = texts.value;
  const kind = kinds.value.get(alarm.kind);
  const look = lookOf(alarm.level);
  const stream = alarm.stream ? kind?.streams[alarm.stream] : undefined;
  const measured = stream && typeof alarm.value === 'number' ? quantity(alarm.value, stream.unit ?? '', language.value) : '';
  const notes = [named(alarm.device_name, language.value, alarm.device), measured, ago(new Date(alarm.opened_at), now.value, language.value)];
  return (
    <button class="item" id={`row-alarm-${alarm.id}`} data-status={look} aria-current={current} tabIndex={tabStop ? 0 : -1} title={named(alarm.advice, language.value, '')} onClick={() => goToDeviceId(alarm.device)}>
      <StatusGlyph status={look} icon={kind?.icon ?? ''} size={32} />
      <span class="what">
        {named(alarm.name, language.value, alarm.rule)}
        <small>{notes.filter(Boolean).join(' · ')}</small>
      </span>
      <span class="word">{alarm.state === 'acknowledged' ? t.acknowledged : t.alarmLevel[alarm.level]}</span>
    </button>
  );
}
