// The tour as it runs: time, new alarms, input and emergencies drive the machine of tour.ts.
//
// In: clock, alarms, emergency, input. Out: `phase`, and which alarms wait to be visited. The camera
// follows `phase`; panels say what it is.
import { computed, effect, signal } from '@preact/signals-core';
import type { Alarm } from '../../api/types';
import { alarms, byUrgency } from '../alarms';
import { devicesKnown } from '../devices';
import { selection } from '../selection';
import { emergency } from './displays';
import { stops } from './stops';
import { after, START, towards, type Happening, type Phase } from './tour';

/** The machine is looked at this often. */
const STEP_MS = 200;
/** A storm of alarms must not make a list without end: the most urgent are visited. */
const WAITING = 8;
/** The same device is not visited again for this long, unless it became worse. */
const REST_MS = 10 * 60_000;

export const phase = signal<Phase>(towards(START, [], 0));

const timings = computed(() => stops.value.map(({ travel_s, dwell_s }) => ({ travel_ms: travel_s * 1000, dwell_ms: dwell_s * 1000 })));

export function happen(happens: Happening): void {
  phase.value = after(phase.peek(), happens, timings.peek(), Date.now());
}

/** The stop that is shown or on its way. */
export const stop = computed(() => {
  const now = phase.value;
  if (now.at !== 'travel' && now.at !== 'dwell') return null;
  return stops.value[now.stop] ?? null;
});

/** The stop that waits behind a visit, a pause or an emergency. */
export const stopBehind = computed(() => {
  const now = phase.value;
  return stops.value['then' in now ? now.then.stop : now.stop] ?? null;
});

export const visited = computed<Alarm | null>(() => (phase.value.at === 'visit' ? (alarms.value.get(phase.value.alarm) ?? null) : null));

const visitedDevice = computed(() => visited.value?.device ?? null);

const RANK = { notice: 0, warning: 1, alarm: 2, emergency: 3 } as const;

/** Alarms that someone should see: new, or worse than when they were last known. */
export function newlyUrgent(known: ReadonlyMap<number, Alarm>, now: ReadonlyMap<number, Alarm>): Alarm[] {
  return [...now.values()].filter((alarm) => {
    if (alarm.state !== 'open' || RANK[alarm.level] < RANK.warning) return false;
    const before = known.get(alarm.id);
    return !before || RANK[before.level] < RANK[alarm.level];
  });
}

/** Drives the tour until the returned function is called. */
export function startTouring(): () => void {
  let waiting: Alarm[] = [];
  let known: ReadonlyMap<number, Alarm> | null = null;
  let began = false;
  const rested = new Map<string, { until_ms: number; rank: number }>();
  const undo: (() => void)[] = [];

  const visitNext = (): void => {
    const at = phase.peek().at;
    if (at !== 'travel' && at !== 'dwell') return;
    const next = waiting.shift();
    if (!next) return;
    rested.set(next.device, { until_ms: Date.now() + REST_MS, rank: RANK[next.level] });
    happen({ what: 'alarm', alarm: next.id });
  };

  undo.push(
    // Another tour is begun at the stop that the old one had come to.
    effect(() => {
      if (stops.value.length === 0) return;
      const now = phase.peek();
      if (now.at === 'travel' || now.at === 'dwell') phase.value = towards({ stop: began ? now.stop : 0, dwell_ms: -1 }, timings.peek(), Date.now());
      began = true;
    }),
    effect(() => happen({ what: 'emergency', plan: emergency.value?.plan.id ?? null })),
    effect(() => {
      const now = alarms.value;
      if (!devicesKnown.value) return;
      // What was there when the wall began is in its list; it is no news.
      const news = known ? newlyUrgent(known, now) : [];
      known = now;
      for (const [device, { until_ms }] of rested) if (until_ms < Date.now()) rested.delete(device);
      const wanted = news.filter(({ device, level }) => RANK[level] > (rested.get(device)?.rank ?? -1));
      waiting = [...waiting, ...wanted].filter(({ id }) => now.get(id)?.state === 'open').sort(byUrgency).slice(0, WAITING);
      const shown = phase.peek();
      if (shown.at === 'visit' && now.get(shown.alarm)?.state !== 'open') happen({ what: 'over', alarm: shown.alarm });
      visitNext();
    }),
    // What is visited is also selected: it stands in front, outlined.
    effect(() => {
      const device = visitedDevice.value;
      if (device === null) return;
      selection.value = { type: 'device', id: device };
      return () => {
        const now = selection.peek();
        if (now?.type === 'device' && now.id === device) selection.value = null;
      };
    }),
  );
  const timer = setInterval(() => {
    happen({ what: 'tick' });
    visitNext();
  }, STEP_MS);
  undo.push(() => clearInterval(timer));
  return () => undo.forEach((one) => one());
}
