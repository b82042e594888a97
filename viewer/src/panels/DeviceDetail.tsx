// A device: its state and why, its readings, where it stands.
import type { Clock, DeviceView, StreamKind } from '../api/types';
import { ago, clock, figure, named, quantity } from '../i18n';
import { bandOf, isSwitch } from '../state/bands';
import { modelOf } from '../state/bound';
import { now } from '../state/clock';
import { models } from '../state/models';
import { series } from '../state/readings';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { later } from './later';
import { LocalFacts, PlaceFacts } from './PlaceDetail';
import { Sparkline } from './Sparkline';
import { sheetWords } from './sheet-texts';

const BoundObject = later(() => import('./bim').then((module) => module.BoundObject));

export function DeviceDetail({ device }: { device: DeviceView }) {
  const t = texts.value;
  const since = device.status_since ? new Date(device.status_since) : null;
  const reason = named(device.reason, language.value, '');
  const kind = kinds.value.get(device.kind);
  const streams = Object.entries(kind?.streams ?? {});
  const reported = streams.filter(([id]) => device.latest[id] !== undefined);
  return (
    <>
      <div class="state" data-status={device.status}>
        <p>
          <span class="word">{t.status[device.status]}</span>
          {since && <span>{sheetWords.value.since(clock(since, now.value, language.value))}</span>}
        </p>
        {reason !== '' && <p>{reason}</p>}
      </div>
      <section>
        <h3>{sheetWords.value.readings}</h3>
        {reported.length === 0 && <p>{sheetWords.value.noReadings}</p>}
        {reported.map(([id, stream]) => (
          <Reading key={id} device={device} id={id} stream={stream} />
        ))}
        {device.clock && <ClockOffset {...device.clock} />}
      </section>
      <section>
        <h3>{t.where}</h3>
        <dl class="facts">
          <PlaceFacts />
          {device.object && modelOf(device.object, models.value) && <BoundObject key={device.object} id={device.object} />}
          <LocalFacts local={device.position} />
        </dl>
      </section>
    </>
  );
}

function ClockOffset({ offset_ms, is_off }: Clock) {
  // Below a second it is the way here, not the clock: nobody can do anything about it.
  if (!is_off && Math.abs(offset_ms) < 1000) return null;
  const seconds = figure(Math.abs(offset_ms) / 1000, language.value);
  return (
    <p class={is_off ? 'clock off' : 'clock'}>
      {offset_ms > 0 ? sheetWords.value.clockAhead(seconds) : sheetWords.value.clockBehind(seconds)}
      {is_off && ` · ${sheetWords.value.clockOff}`}
    </p>
  );
}

function Reading({ device, id, stream }: { device: DeviceView; id: string; stream: StreamKind }) {
  const t = texts.value;
  const latest = device.latest[id];
  if (!latest) return null;
  const time = new Date(latest.time);
  const band = bandOf(latest.value, stream);
  const onOff = isSwitch(stream);
  // What a yes means is in its band: "lamp is out" rather than "lamp fault: yes".
  const yesNo = named(band?.meaning, language.value, latest.value >= 0.5 ? t.yes : t.no);
  const history = series.value.get(id) ?? [];
  const values = history.map((r) => r.value);
  const unit = stream.unit ?? '';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const most = quantity(high, unit, language.value);
  const span = sheetWords.value.lastReadings(values.length, figure(low, language.value) === figure(high, language.value) ? most : sheetWords.value.range(figure(low, language.value), most));
  return (
    <div class="reading">
      <div class="line">
        <span>{named(stream.name, language.value, id)}</span>
        <output data-status={band?.status}>{onOff ? yesNo : quantity(latest.value, unit, language.value)}</output>
      </div>
      {!onOff && values.length > 1 && (
        <Sparkline readings={history} status={band?.status} label={span} />
      )}
      <div class="line">
        <small title={clock(time, now.value, language.value)}>{ago(time, now.value, language.value)}</small>
        {!onOff && values.length > 1 && (
          <small>{span}</small>
        )}
      </div>
    </div>
  );
}
