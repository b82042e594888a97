// What projects of renewal have planned and told for some days.
//
// In: days of the community, a zone. Out: what the server answered. Called by the strip of time and by the calendar.
import { get } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type TimedPhase = Schemas['TimedPhase'];
export type TimedProject = Schemas['TimedProject'];
export type Timetable = Schemas['ProjectTimetable'];

export const getTimetable = (from: string, to: string, zone: string, signal?: AbortSignal): Promise<Timetable> =>
  get(`projects/timetable?${new URLSearchParams({ from, to, ...(zone !== '' && { zone }) }).toString()}`, signal);
