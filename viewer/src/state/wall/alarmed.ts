// In which state a wall draws a device: smoke that has gone is still an alarm until someone has looked.
//
// In: open alarms. Out: states by device. Called by wall/start for the symbols.
import { computed } from '@preact/signals-core';
import type { DeviceStatus } from '../../api/types';
import { alarms, lookOf } from '../alarms';
import { severity } from '../status';

export const worse = (a: DeviceStatus, b: DeviceStatus | undefined): DeviceStatus => (b !== undefined && severity(b) > severity(a) ? b : a);

/** The worst state that open alarms give a device; acknowledged ones leave it its own. */
export const alarmedAs = computed<ReadonlyMap<string, DeviceStatus>>(() => {
  const found = new Map<string, DeviceStatus>();
  for (const { device, level, state } of alarms.value.values()) if (state === 'open') found.set(device, worse(lookOf(level), found.get(device)));
  return found;
});
