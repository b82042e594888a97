// The key `t` of the address: an instant of devices and alarms, or a day of works.
//
// In: state/time, state/works. Out: a part of the address. Fetched with the strip of time.
import { wanted_ms } from './devices';
import { linkPart } from './link-parts';
import { rangeId, readTime, writeTime } from './time';
import { day, readDay, stretchId, writeDay } from './works';

/** Runs for the life of the page. */
export function linkTime(): void {
  linkPart('t', {
    write: () => writeDay(day.value, stretchId.value) ?? writeTime(wanted_ms.value, rangeId.value),
    read: (text) => readTime(readDay(text) ? null : text),
  });
}
