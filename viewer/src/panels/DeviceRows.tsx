// The devices that pass the filter, worst first; a click flies there.
import { useSignal } from '@preact/signals';
import type { DeviceView } from '../api/types';
import { named } from '../i18n';
import { goToDevice } from '../state/actions';
import { devices, devicesKnown, filter, listed, NO_FILTER } from '../state/devices';
import { selection } from '../state/selection';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { Icon, StatusGlyph } from './Icon';
import { moveInList } from './rows';

/** Rows made at once; more on request, so that thousands of devices cost nothing. */
const PAGE = 200;

export function DeviceRows() {
  const t = texts.value;
  const shown = useSignal(PAGE);
  const rows = listed.value;
  if (devices.value.size === 0) return <p class="empty">{devicesKnown.value ? t.noDevices : t.waitingForDevices}</p>;
  if (rows.length === 0) {
    return (
      <div class="empty">
        <p>{t.noMatch}</p>
        <button class="button quiet" onClick={() => (filter.value = NO_FILTER)}>
          {t.showAll}
        </button>
      </div>
    );
  }
  const chosen = selection.value;
  const current = chosen?.type === 'device' ? chosen.id : null;
  const stop = rows.some(({ device }) => device.id === current) ? current : rows[0]?.device.id;
  return (
    <>
      <ul class="rows" onKeyDown={moveInList}>
        {rows.slice(0, shown.value).map(({ device, name }) => (
          <li key={device.id}>
            <DeviceRow device={device} name={name} current={device.id === current} tabStop={device.id === stop} listed />
          </li>
        ))}
      </ul>
      <p class="more">
        {rows.length > shown.value ? (
          <button class="button quiet" onClick={() => (shown.value += PAGE)}>
            <Icon name="chevron-down" />
            {t.more(rows.length - shown.value)}
          </button>
        ) : (
          <small>{t.shownOf(rows.length, devices.value.size)}</small>
        )}
      </p>
    </>
  );
}

/** One device as a line: glyph, name, why it is not normal, word. */
export function DeviceRow(props: { device: DeviceView; name: string; current: boolean; tabStop: boolean; listed?: boolean; note?: string }) {
  const { device, name, current, tabStop, note } = props;
  const kind = kinds.value.get(device.kind);
  const reason = named(device.reason, language.value, '');
  const kindName = named(kind?.name, language.value, device.kind);
  return (
    <button class="item" id={props.listed ? `row-${device.id}` : undefined} data-status={device.status} aria-current={current} tabIndex={tabStop ? 0 : -1} onClick={() => goToDevice(device)}>
      <StatusGlyph status={device.status} icon={kind?.icon ?? ''} size={32} />
      <span class="what">
        {name}
        <small>{note ?? (reason === '' ? `${kindName} · ${device.id}` : reason)}</small>
      </span>
      <span class="word">{texts.value.status[device.status]}</span>
    </button>
  );
}
