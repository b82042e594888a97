// Devices as they were: from readings around an instant to states, as the server would have told them then.
//
// In: device registrations, kinds, readings. Out: devices with their state. Pure. Called by state/time.
// The server knows a device's state now only; bands and silence are applied here as it does. What
// someone has changed since then, such as where a device hangs, is shown as it is now.
import type { Alarm, DeviceKind, DeviceStatus, DeviceView, LatestReading } from '../api/types';
import { bandOf } from './bands';
import { severity } from './status';

export interface PastReading {
  readonly device: string;
  readonly stream: string;
  readonly time: string;
  readonly value: number;
}

/** The latest plausible reading of each stream, by device and stream, not after an instant. */
export type LatestByStream = ReadonlyMap<string, ReadonlyMap<string, LatestReading>>;

/** Reads what the server exports: device, stream, unit, time, value, plausible. Damaged lines are left out. */
export function readCsv(text: string): PastReading[] {
  const found: PastReading[] = [];
  for (const line of text.split(/\r?\n/).slice(1)) {
    const parts = fieldsOf(line);
    const [device, stream, , time, value, plausible] = parts;
    const number = Number(value);
    if (!device || !stream || !time || value === '' || !Number.isFinite(number) || plausible === 'false') continue;
    found.push({ device, stream, time, value: number });
  }
  return found;
}

/** Fields of a line after RFC 4180; ids and units hold no line breaks. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

export function latestOf(readings: readonly PastReading[], at_ms: number, known: LatestByStream = new Map()): LatestByStream {
  const found = new Map([...known].map(([device, streams]) => [device, new Map(streams)]));
  for (const { device, stream, time, value } of readings) {
    const time_ms = Date.parse(time);
    if (!(time_ms <= at_ms)) continue;
    const streams = found.get(device) ?? new Map<string, LatestReading>();
    found.set(device, streams);
    const before = streams.get(stream);
    if (!before || Date.parse(before.time) <= time_ms) streams.set(stream, { time, value });
  }
  return found;
}

/** A device as its readings show it at an instant: the worst band that holds, or silence. */
export function deviceAt(device: DeviceView, kind: DeviceKind | undefined, streams: ReadonlyMap<string, LatestReading> | undefined, at_ms: number): DeviceView {
  const bare = { id: device.id, kind: device.kind, name: device.name, position: device.position, ...(device.object ? { object: device.object } : {}) };
  const newest = Math.max(...[...(streams?.values() ?? [])].map(({ time }) => Date.parse(time)));
  const latest = Object.fromEntries(streams ?? []);
  if (!kind || newest < at_ms - kind.silence_s * 1000 || !streams?.size) return { ...bare, status: 'offline', latest };
  let status: DeviceStatus = 'normal';
  let reason: DeviceView['reason'];
  for (const [name, { value }] of streams) {
    const stream = kind.streams[name];
    const band = stream ? bandOf(value, stream) : null;
    if (band && severity(band.status) > severity(status)) [status, reason] = [band.status, band.meaning];
  }
  return { ...bare, status, latest, ...(reason ? { reason } : {}) };
}

export function devicesAt(list: Iterable<DeviceView>, kinds: ReadonlyMap<string, DeviceKind>, latest: LatestByStream, at_ms: number): ReadonlyMap<string, DeviceView> {
  return new Map([...list].map((device) => [device.id, deviceAt(device, kinds.get(device.kind), latest.get(device.id), at_ms)]));
}

/** Kinds some of whose devices have not been heard of, with how long before the instant they may have been. */
export function kindsToAsk(list: Iterable<DeviceView>, kinds: ReadonlyMap<string, DeviceKind>, latest: LatestByStream, asked_s: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { id, kind } of list) {
    const known = kinds.get(kind);
    if (!known || known.silence_s <= asked_s) continue;
    const streams = latest.get(id);
    if (Object.keys(known.streams).some((stream) => !streams?.has(stream))) found.set(kind, known.silence_s);
  }
  return found;
}

/** Alarms that were open at an instant. */
export const alarmsAt = (list: readonly Alarm[], at_ms: number): ReadonlyMap<number, Alarm> =>
  new Map(
    list
      .filter(({ opened_at, cleared_at, state }) => Date.parse(opened_at) <= at_ms && (cleared_at ? Date.parse(cleared_at) > at_ms : state !== 'suppressed'))
      .map((alarm) => [alarm.id, { ...alarm, state: alarm.acknowledged_at && Date.parse(alarm.acknowledged_at) <= at_ms ? 'acknowledged' : 'open' }]),
  );

export interface Bin {
  readonly from_ms: number;
  readonly count: number;
  readonly worst: DeviceStatus;
}

/** How many alarms began in each part of a stretch. */
export function histogram(list: readonly Alarm[], from_ms: number, to_ms: number, bins: number): Bin[] {
  const step = (to_ms - from_ms) / bins;
  const found = Array.from({ length: bins }, (_, i): { from_ms: number; count: number; worst: DeviceStatus } => ({ from_ms: from_ms + i * step, count: 0, worst: 'normal' }));
  for (const { opened_at, peak_level } of list) {
    const bin = found[Math.floor((Date.parse(opened_at) - from_ms) / step)];
    if (!bin) continue;
    bin.count++;
    const level: DeviceStatus = peak_level === 'emergency' ? 'alarm' : peak_level;
    if (severity(level) > severity(bin.worst)) bin.worst = level;
  }
  return found;
}
