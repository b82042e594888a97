// Days and times of a project: days are those of the community, times those of whoever looks.
//
// In: instants, days as `2026-12-20`. Out: the same in other forms. Pure.

/** The community's time, as the server counts days: that of China, which knows no summer time. */
const COMMUNITY_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** The day of the community at an instant, so many days later. */
export const dayAt = (at: Date, later = 0): string => new Date(at.getTime() + COMMUNITY_MS + later * DAY_MS).toISOString().slice(0, 10);

/** The first day on which a notice that is put up now may end: it is out for so many full days, this one not counted. */
export const firstLastDay = (now: Date, fullDays: number): string => dayAt(now, fullDays);

/** The day after one. */
export const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/** Days from one day to another. */
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** An instant as a field of a form has it, in the time of whoever looks. */
export function fieldOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What a field of a form means; null if it means no instant. */
export function instantOf(field: string): string | null {
  const at = new Date(field);
  return field === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** Where a span lies within another, as parts of the whole: for bars over time. */
export function within(span: { readonly from: string; readonly to: string }, whole: { readonly from: string; readonly to: string }): { readonly start: number; readonly width: number } {
  const all = daysBetween(whole.from, whole.to) + 1;
  return { start: daysBetween(whole.from, span.from) / all, width: (daysBetween(span.from, span.to) + 1) / all };
}
