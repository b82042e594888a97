// The strip of time turned to works: what projects plan, day by day, and how far they are on the day that is looked at.
//
// In: the slider, keys, the address; what the server has of projects. Out: the timetable, the day, the stages of projects on
// it. Fetched with the tool; asks again while it is looked at, since nothing tells of changes.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { getTimetable, type TimedPhase, type TimedProject } from '../api/timetable';
import { day as dayText } from '../i18n/project';
import { worksTexts } from '../i18n/works';
import { account } from './account';
import { now } from './clock';
import { wanted_ms } from './devices';
import { stagesThen } from './projects';
import type { Stage } from './project-looks';
import { dayAt } from './renewal/project-days';
import { setChip, tool } from './tools';
import { STEP_DAYS, STRETCHES, dayLater, lies, stageOn, stretchFor, stretchOf, turns, workedOn, type Span, type StretchId } from './works-plan';

/** Days before and after today that are asked for: some years each way. */
const ASKED_DAYS = [1000, 2500] as const;
const AGAIN_MS = 300_000;

/** What the strip follows: devices and alarms of the past, or the works of projects. */
export type Follows = 'devices' | 'works';
export const follows = signal<Follows>('devices');

export const stretchId = signal<StretchId>('year');
/** The day that is looked at; null while the strip is not turned to works. */
export const day = signal<string | null>(null);
export const playing = signal(false);

export const today = computed(() => dayAt(now.value));

export type Timed = { readonly projects: readonly TimedProject[]; readonly cut: boolean } | 'asking' | 'denied' | 'failed';
export const timed = signal<Timed>('asking');

const listed = computed<readonly TimedProject[]>(() => {
  const found = timed.value;
  return typeof found === 'string' ? [] : found.projects.filter(({ phases }) => phases.length > 0);
});
export const stretch = computed<Span>(() => stretchOf(stretchId.value, listed.value, today.value));

/** Projects with a phase in the stretch, what begins first on top. */
export const rows = computed<readonly TimedProject[]>(() => {
  const { from, to } = stretch.value;
  const first = ({ phases }: TimedProject): string => phases.map((phase) => phase.from).sort()[0] ?? '';
  return listed.value.filter(({ phases }) => phases.some((phase) => phase.from <= to && from <= phase.to)).sort((a, b) => first(a).localeCompare(first(b)) || a.id - b.id);
});

/** What is worked on on the day that is looked at. */
export const worked = computed<readonly (readonly [TimedProject, readonly TimedPhase[]])[]>(() => {
  const at = day.value;
  if (at === null) return [];
  return listed.value.map((project) => [project, workedOn(project, at, today.value)] as const).filter(([, phases]) => phases.length > 0);
});

/** How far each project is on the day that is looked at. */
const stages = computed<ReadonlyMap<number, Stage> | null>(() => {
  const at = day.value;
  return at === null ? null : new Map(listed.value.map((project) => [project.id, stageOn(project, at, today.value)]));
});

/** How far the objects are that projects name as their places; where several name one, the one that is built. */
export const objectStages = computed<ReadonlyMap<string, Stage> | null>(() => {
  const then = stages.value;
  if (!then) return null;
  const found = new Map<string, Stage>();
  for (const { id, objects } of listed.value) {
    for (const object of objects) if (found.get(object) !== 'works') found.set(object, then.get(id) ?? 'approved');
  }
  return found;
});

export function follow(next: Follows): void {
  batch(() => {
    follows.value = next;
    playing.value = false;
    if (next === 'works') [wanted_ms.value, day.value] = [null, day.peek() ?? today.peek()];
    else day.value = null;
  });
}

/** Goes to a day of the stretch. */
export function goToDay(at: string): void {
  const { from, to } = stretch.peek();
  day.value = at < from ? from : at > to ? to : at;
}

export const stepDays = (by: number): void => goToDay(dayLater(day.peek() ?? today.peek(), by * STEP_DAYS[stretchId.peek()]));

export function setStretch(id: StretchId): void {
  batch(() => {
    stretchId.value = id;
    goToDay(day.peek() ?? today.peek());
  });
}

/** To the next day on which something begins or has ended. */
export function toTurn(direction: -1 | 1): void {
  const here = day.peek() ?? today.peek();
  const days = turns(rows.peek()).filter((at) => lies(at, stretch.peek()));
  const next = direction > 0 ? days.find((at) => at > here) : days.findLast((at) => at < here);
  if (next !== undefined) day.value = next;
}

/** Plays on from here, from the beginning at the end; or stops. */
export function togglePlayingDays(): void {
  if (!playing.peek() && (day.peek() ?? '') >= stretch.peek().to) day.value = stretch.peek().from;
  playing.value = !playing.peek();
}

export const writeDay = (at: string | null, id: StretchId): string | null => (at === null ? null : `${at}/works/${id}`);

/** Takes over a day of works; whether the address named one. */
export function readDay(text: string | null): boolean {
  const [at = '', word, id] = (text ?? '').split('/');
  if (word !== 'works' || !/^\d{4}-\d\d-\d\d$/.test(at) || Number.isNaN(Date.parse(at))) {
    if (day.peek() !== null) follow('devices');
    return false;
  }
  batch(() => {
    stretchId.value = (Object.keys(STRETCHES) as StretchId[]).find((one) => one === id) ?? stretchId.peek();
    follow('works');
    day.value = at;
  });
  return true;
}

const isWanted = computed(() => day.value !== null || (tool.value === 'time' && follows.value === 'works'));

/** Asks for the timetable. What came before is better than nothing while the server is away. */
async function ask(signal: AbortSignal): Promise<void> {
  const [before, after] = ASKED_DAYS;
  try {
    timed.value = await getTimetable(dayLater(today.peek(), -before), dayLater(today.peek(), after), '', signal);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof ApiError && error.failure === 'denied') timed.value = 'denied';
    else if (typeof timed.peek() === 'string') timed.value = 'failed';
  }
}

/** Tries again what failed. */
export const tryAgain = signal(0);

/** Runs for the life of the page; steps a second follow the speed of the strip. */
export function startWorks(speed: () => number): void {
  // Whoever signs in or out may read others.
  const wanted = computed(() => (isWanted.value ? `${tryAgain.value} ${account.value?.user?.name ?? ''}` : null));
  effect(() => {
    if (wanted.value === null) return;
    const stop = new AbortController();
    const timer = setInterval(() => document.visibilityState === 'visible' && void ask(stop.signal), AGAIN_MS);
    void ask(stop.signal);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  });
  effect(() => {
    stagesThen.value = stages.value;
  });
  effect(() => {
    const at = day.value;
    setChip('time', at === null ? null : { text: (language) => worksTexts(language).chip(dayText(at, language)), endText: (language) => worksTexts(language).end, end: () => follow('devices') });
  });
  // A day that an address names may lie beyond the stretch, once it is known how far that goes.
  effect(() => {
    const at = day.value;
    if (at === null || typeof timed.value === 'string') return;
    const fitting = stretchFor(at, stretchId.peek(), listed.value, today.peek());
    queueMicrotask(() => {
      if (fitting) stretchId.value = fitting;
      else goToDay(at);
    });
  });
  effect(() => {
    if (!playing.value || day.value === null) return;
    const timer = setTimeout(() => ((day.peek() ?? '') >= stretch.peek().to ? (playing.value = false) : stepDays(1)), 1000 / speed());
    return () => clearTimeout(timer);
  });
}
