// What a click means, said once for the scene, the list and the keyboard.
//
// In: something chosen. Out: selection, open sheets, camera commands. Called by tools, panels, layers.
import { batch } from '@preact/signals-core';
import type { DeviceView, ModelObject } from '../api/types';
import { devices } from './devices';
import { hidden, hovered, selectedBox, selectedDevice, selectedPoint, selection, type Selection } from './selection';
import { command, focusAsked, listOpen, pull, sheetOpen } from './view';

/** Width below which list and sheet together would cover more than a third of the scene. */
const BOTH_FIT_PX = 1900;
/** Width below which the interface is one sheet at the bottom. */
export const PHONE_PX = 720;

export const onPhone = (): boolean => innerWidth < PHONE_PX;

/** Selects and opens the sheet that reads what it is. */
export function select(next: Selection): void {
  batch(() => {
    selection.value = next;
    hovered.value = null;
    showSheet();
  });
}

export function showSheet(): void {
  sheetOpen.value = true;
  if (innerWidth < BOTH_FIT_PX) listOpen.value = false;
  if (pull.peek() === 'peek') pull.value = 'half';
}

export function showList(): void {
  batch(() => {
    listOpen.value = true;
    if (innerWidth < BOTH_FIT_PX) sheetOpen.value = false;
    if (pull.peek() === 'peek') pull.value = 'half';
  });
}

/** Closes the sheet and lets go of the selection. */
export function deselect(): void {
  const now = selection.peek();
  batch(() => {
    // Who came from the list goes on there.
    if (now && now.type !== 'ground') focusAsked.value = { row: now.type === 'report' ? `report-${now.id}` : now.id };
    selection.value = null;
    sheetOpen.value = false;
    // At the desk its queue is the list.
    if (now?.type !== 'report') listOpen.value = true;
  });
}

export function goToDevice(device: DeviceView): void {
  select({ type: 'device', id: device.id });
  command({ do: 'point', at: device.position });
}

export function goToDeviceId(id: string): void {
  const device = devices.peek().get(id);
  if (device) goToDevice(device);
}

export function goToBuilding(building: ModelObject): void {
  select({ type: 'building', id: building.id, spot: null });
  command({ do: 'box', box: building.bounds });
}

/** Hides a building in the scene, or shows it again. */
export function toggleHidden(id: string): void {
  const next = new Set(hidden.peek());
  if (!next.delete(id)) next.add(id);
  hidden.value = next;
}

/** Shows every building again. */
export function showHidden(): void {
  hidden.value = new Set();
}

/** Brings the selection into view. */
export function goToSelection(): void {
  const now = selection.peek();
  const device = selectedDevice.peek();
  const box = selectedBox.peek();
  if (device) command({ do: 'point', at: device.position });
  else if (box) command({ do: 'box', box });
  else if (now?.type === 'ground') command({ do: 'point', at: now.spot.local });
  else if (now?.type === 'report') {
    const at = selectedPoint.peek();
    if (at) command({ do: 'point', at });
  }
}
