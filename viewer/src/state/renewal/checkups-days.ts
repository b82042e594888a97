// Days of the community, which runs by the clock of China (UTC+8, without summer time), as the server reckons them.
//
// In: instants, days. Out: days, instants. Pure.
const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** The day on which an instant falls: `2026-11-29`. */
export const dayOf = (instant: string): string => new Date(Date.parse(instant) + OFFSET_MS).toISOString().slice(0, 10);

/** The instant at which a day begins. */
export const beginOf = (day: string): string => `${day}T00:00:00+08:00`;

/** The instant at which a day ends: a period that ends with it does not hold it any more. */
export const endOf = (day: string): string => beginOf(new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10));

/** The last day of a period whose end is not included. */
export const lastDayOf = (end: string): string => dayOf(new Date(Date.parse(end) - 1).toISOString());
