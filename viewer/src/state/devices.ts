// All devices with their state, and which of them the list shows.
//
// In: events of the stream, through live.ts. Out: signals. Changes are gathered and shown once a
// frame, however many arrive.
import { batch, computed, signal } from '@preact/signals-core';
import type { DeviceStatus, DeviceView } from '../api/types';
import { kinds } from './session';
import { language } from './settings';
import { severity } from './status';
import { named } from '../i18n';

/** As the server tells them now. */
export const present = signal<ReadonlyMap<string, DeviceView>>(new Map());
/** As they were, while one looks at another time; null for the present. */
export const past = signal<{ readonly at: Date; readonly devices: ReadonlyMap<string, DeviceView> } | null>(null);
/** The instant that is looked at, also while its devices are on their way; null for the present. */
export const wanted_ms = signal<number | null>(null);
/** As they are shown. */
export const devices = computed(() => past.value?.devices ?? present.value);
/** Whether the server has said once which devices there are. */
export const devicesKnown = signal(false);

/** What the list is narrowed to. */
export interface DeviceFilter {
  readonly text: string;
  readonly kind: string | null;
  readonly status: DeviceStatus | null;
}

export const NO_FILTER: DeviceFilter = { text: '', kind: null, status: null };
export const filter = signal<DeviceFilter>(NO_FILTER);

/** Replaces everything. */
export function resetDevices(list: readonly DeviceView[]): void {
  pending.clear();
  batch(() => {
    present.value = new Map(list.map((device) => [device.id, device]));
    devicesKnown.value = true;
  });
}

const pending = new Map<string, DeviceView | null>();
let scheduled = false;

/** Notes a change (null: removed); shows it with the next frame. */
export function changeDevice(id: string, device: DeviceView | null): void {
  pending.set(id, device);
  if (scheduled) return;
  scheduled = true;
  // A hidden page gets no frames.
  if (document.hidden) setTimeout(flush, 200);
  else requestAnimationFrame(flush);
}

function flush(): void {
  scheduled = false;
  present.value = applyChanges(present.peek(), pending);
  pending.clear();
}

export function applyChanges(
  now: ReadonlyMap<string, DeviceView>,
  changes: ReadonlyMap<string, DeviceView | null>,
): ReadonlyMap<string, DeviceView> {
  const next = new Map(now);
  for (const [id, device] of changes) {
    if (device) next.set(id, device);
    else next.delete(id);
  }
  return next;
}

/** Kinds of devices that are not drawn; the lists have them all the same. */
export const hiddenKinds = signal<ReadonlySet<string>>(new Set());

export type StatusCounts = Readonly<Record<DeviceStatus, number>>;

export function countByStatus(list: Iterable<DeviceView>): StatusCounts {
  const counts = { normal: 0, notice: 0, offline: 0, warning: 0, alarm: 0 };
  for (const device of list) counts[device.status]++;
  return counts;
}

export const counts = computed(() => countByStatus(devices.value.values()));

/** How many devices of one kind are in one state. */
export interface Finding {
  readonly kind: string;
  readonly status: DeviceStatus;
  readonly count: number;
}

/** What is not normal, worst first, then most first: the headline of the list. */
export function findingsOf(list: Iterable<DeviceView>): Finding[] {
  const found = new Map<string, { kind: string; status: DeviceStatus; count: number }>();
  for (const { kind, status } of list) {
    if (status === 'normal') continue;
    const key = `${kind}/${status}`;
    const entry = found.get(key);
    if (entry) entry.count++;
    else found.set(key, { kind, status, count: 1 });
  }
  return [...found.values()].sort((a, b) => severity(b.status) - severity(a.status) || b.count - a.count || (a.kind < b.kind ? -1 : 1));
}

export const findings = computed(() => findingsOf(devices.value.values()));

/** Whether a device passes the filter; its name counts in both languages. */
export function matches(device: DeviceView, wanted: DeviceFilter): boolean {
  if (wanted.kind !== null && device.kind !== wanted.kind) return false;
  if (wanted.status !== null && device.status !== wanted.status) return false;
  const text = wanted.text.trim().toLowerCase();
  return text === '' || [device.id, device.name.zh, device.name.en].some((name) => name?.toLowerCase().includes(text));
}

/** What the list shows: worst first, then by name. */
export const listed = computed(() => {
  const collator = new Intl.Collator(language.value === 'zh' ? 'zh-CN' : 'en', { numeric: true });
  return [...devices.value.values()]
    .filter((device) => matches(device, filter.value))
    .map((device) => ({ device, name: named(device.name, language.value, device.id) }))
    .sort((a, b) => severity(b.device.status) - severity(a.device.status) || collator.compare(a.name, b.name));
});

/** The kinds that occur, with how many there are, in the order of the kinds file. */
export const kindsInUse = computed(() => {
  const count = new Map<string, number>();
  for (const { kind } of devices.value.values()) count.set(kind, (count.get(kind) ?? 0) + 1);
  const known = [...kinds.value.keys()];
  return [...count].sort(([a], [b]) => known.indexOf(a) - known.indexOf(b)).map(([id, n]) => ({ id, count: n }));
});
