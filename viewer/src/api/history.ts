// History in bulk: all devices as they were at an instant, and alarms that began in a stretch of time.
//
// In: instants. Out: what the server answered. Fetched with the tool that looks back.
import { get, request } from './client';
import type { Alarm, DeviceList, DeviceView } from './types';

const instant = (ms: number): string => encodeURIComponent(new Date(ms).toISOString());

/** Devices as they were at an instant. */
export const getDevicesAt = async (at_ms: number, signal: AbortSignal): Promise<readonly DeviceView[]> => (await get<DeviceList>(`devices?at=${instant(at_ms)}`, signal)).devices;

/** The most that are asked for: pages of a thousand. */
const PAGES = 5;

/** Alarms that began in a stretch, newest first; `more` where there are more than are asked for. */
export async function listAlarms(from_ms: number, to_ms: number, signal: AbortSignal): Promise<{ alarms: Alarm[]; more: boolean }> {
  const alarms: Alarm[] = [];
  let before: number | null = null;
  for (let page = 0; page < PAGES; page++) {
    const after: string = before === null ? '' : `&before=${before}`;
    const answer = (await (await request('GET', `alarms?from=${instant(from_ms)}&to=${instant(to_ms)}&limit=1000${after}`, undefined, signal)).json()) as { alarms: Alarm[]; next?: number | null };
    alarms.push(...answer.alarms);
    before = answer.next ?? null;
    if (before === null) return { alarms, more: false };
  }
  return { alarms, more: true };
}
