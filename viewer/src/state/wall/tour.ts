// A tour as a machine: which stop, on the way or there, away to an alarm, held by an emergency, or
// paused by someone. Pure.
//
// In: what happens, with its instant. Out: the next phase. Driven by state/wall/touring.

/** A stop that was left, and how long it has still to be looked at. */
export interface Left {
  readonly stop: number;
  readonly dwell_ms: number;
}

export type Phase =
  | { readonly at: 'travel' | 'dwell'; readonly until_ms: number; readonly stop: number; readonly dwell_ms: number }
  | { readonly at: 'visit'; readonly alarm: number; readonly until_ms: number; readonly then: Left }
  | { readonly at: 'held'; readonly plan: string; readonly then: Left }
  | { readonly at: 'paused'; readonly until_ms: number; readonly by: 'input' | 'hand'; readonly then: Left };

export interface Timing {
  readonly travel_ms: number;
  readonly dwell_ms: number;
}

export type Happening =
  | { readonly what: 'tick' | 'input' | 'pause' | 'resume' | 'skip' }
  | { readonly what: 'alarm' | 'over'; readonly alarm: number }
  | { readonly what: 'emergency'; readonly plan: string | null };

/** How long a new alarm is shown. */
export const VISIT_MS = 15_000;
/** After this long without input a paused tour goes on. */
export const PAUSE_MS = 60_000;
/** A tour goes back to where it was in at most this time. */
export const BACK_MS = 2500;

export const START: Left = { stop: 0, dwell_ms: -1 };

/** On the way to what was left; a stop that is new is looked at as long as it says. */
export function towards(left: Left, stops: readonly Timing[], now_ms: number, quick = false): Phase {
  const stop = stops.length === 0 ? 0 : left.stop % stops.length;
  const { travel_ms, dwell_ms } = stops[stop] ?? { travel_ms: 0, dwell_ms: 0 };
  return { at: 'travel', stop, dwell_ms: left.dwell_ms < 0 ? dwell_ms : left.dwell_ms, until_ms: now_ms + (quick ? Math.min(travel_ms, BACK_MS) : travel_ms) };
}

/** What was being looked at, and what of it is left. */
export function leftOf(phase: Phase, now_ms: number): Left {
  if ('then' in phase) return phase.then;
  // On the way nothing of the stay has passed.
  return { stop: phase.stop, dwell_ms: phase.at === 'travel' ? phase.dwell_ms : Math.max(phase.until_ms - now_ms, 1000) };
}

const next = (left: Left, stops: readonly Timing[], now_ms: number): Phase => towards({ stop: left.stop + 1, dwell_ms: -1 }, stops, now_ms);

export function after(phase: Phase, happens: Happening, stops: readonly Timing[], now_ms: number): Phase {
  const then = leftOf(phase, now_ms);
  switch (happens.what) {
    case 'emergency':
      if (happens.plan !== null) return { at: 'held', plan: happens.plan, then };
      return phase.at === 'held' ? towards(then, stops, now_ms, true) : phase;
    case 'input':
      // An emergency stays as it is shown; someone may look around in it.
      if (phase.at === 'held') return phase;
      return { at: 'paused', by: phase.at === 'paused' ? phase.by : 'input', until_ms: phase.at === 'paused' && phase.by === 'hand' ? phase.until_ms : now_ms + PAUSE_MS, then };
    case 'pause':
      return phase.at === 'held' ? phase : { at: 'paused', by: 'hand', until_ms: Infinity, then };
    case 'resume':
      return phase.at === 'paused' ? towards(then, stops, now_ms, true) : phase;
    case 'skip':
      return phase.at === 'held' ? phase : next(then, stops, now_ms);
    case 'alarm':
      return phase.at === 'travel' || phase.at === 'dwell' ? { at: 'visit', alarm: happens.alarm, until_ms: now_ms + VISIT_MS, then } : phase;
    case 'over':
      return phase.at === 'visit' && phase.alarm === happens.alarm ? { ...phase, until_ms: Math.min(phase.until_ms, now_ms + 3000) } : phase;
    case 'tick':
      return ticked(phase, stops, now_ms);
  }
}

function ticked(phase: Phase, stops: readonly Timing[], now_ms: number): Phase {
  if (phase.at === 'held' || now_ms < phase.until_ms) return phase;
  switch (phase.at) {
    case 'travel':
      return { ...phase, at: 'dwell', until_ms: now_ms + phase.dwell_ms };
    case 'dwell':
      // A single stop is not travelled to from itself.
      return stops.length < 2 ? { ...phase, until_ms: now_ms + (stops[0]?.dwell_ms ?? 60_000) } : next(phase, stops, now_ms);
    case 'visit':
    case 'paused':
      return towards(phase.then, stops, now_ms, true);
  }
}
