// How a report is shown: its urge gives shape and colour, a broken outline says that nobody has looked at it yet.
//
// In: a report. Out: a look in a 24 × 24 box, and who stands in front. Used by the scene and the desk alike.
import type { Report } from '../api/reports';
import { LOOKS, type StatusLook } from './status';

/** What of a report decides how it is shown. */
export type Shown = Pick<Report, 'state' | 'urge'>;

/** From the least to the most pressing. */
export const URGENCIES = ['done', 'going', 'reminded', 'overdue', 'escalated'] as const;
export type Urgency = (typeof URGENCIES)[number];

export function urgencyOf({ state, urge }: Shown): Urgency {
  if (urge !== undefined && urge !== 'none') return urge;
  return state === 'answered' || state === 'checked' || state === 'closed' ? 'done' : 'going';
}

/** Larger is more pressing. */
export const pressing = (report: Shown): number => URGENCIES.indexOf(urgencyOf(report));

/** A spoken word, so that nobody takes a report for a device: round while there is time, angular when that runs out. */
const ROUND = 'M12 1.8c5.9 0 10.2 3.9 10.2 9s-4.3 9-10.2 9c-1.2 0-2.3-.1-3.3-.5L4 22.2l.7-4.7C2.8 15.8 1.8 13.5 1.8 10.8c0-5.1 4.3-9 10.2-9z';
const SQUARE = 'M4.5 2h15a2.5 2.5 0 0 1 2.5 2.5v12a2.5 2.5 0 0 1-2.5 2.5H9.5L4.5 22.800V19a2.5 2.5 0 0 1-2.5-2.5v-12A2.5 2.5 0 0 1 4.5 2z';

const BY_URGENCY: Readonly<Record<Urgency, StatusLook>> = {
  done: { fill: LOOKS.normal.fill, ink: '#ffffff', shape: ROUND },
  going: { fill: '#0a5c6b', ink: '#ffffff', shape: ROUND },
  reminded: { fill: LOOKS.notice.fill, ink: '#ffffff', shape: SQUARE },
  overdue: LOOKS.warning,
  escalated: LOOKS.alarm,
};

/** Whether nobody has taken it up yet. */
export const isNew = ({ state }: Shown): boolean => state === 'submitted';

export function lookOfReport(report: Shown): StatusLook {
  const look = BY_URGENCY[urgencyOf(report)];
  return isNew(report) ? { ...look, fill: '#fffefb', ink: look.fill } : look;
}
