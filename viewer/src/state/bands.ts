// What a reading means by the bands of its stream. In: a value and its stream. Out: a band. Used by
// the sheet; the status of a device itself comes from the server.
import type { Band, StreamKind } from '../api/types';
import { severity } from './status';

/** The worst band that holds the value; null if it is within limits. */
export function bandOf(value: number, stream: StreamKind): Band | null {
  let worst: Band | null = null;
  for (const band of stream.bands ?? []) {
    const holds = value >= (band.from ?? -Infinity) && value <= (band.to ?? Infinity);
    if (holds && (!worst || severity(band.status) > severity(worst.status))) worst = band;
  }
  return worst;
}

/** Whether a stream says yes or no: no unit, from 0 to 1. */
export const isSwitch = (stream: StreamKind): boolean => !stream.unit && stream.min === 0 && stream.max === 1;
