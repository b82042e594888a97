// What operators do at a wall: take care of an alarm, switch an emergency on and off. And what they may.
//
// In: presses. Out: requests; what went wrong, for a short while. Who may not sees no buttons.
import { computed, signal } from '@preact/signals-core';
import { ApiError, getSession } from '../../api/client';
import { acknowledge, putDisplayState } from '../../api/displays';
import { account } from '../account';
import { changeAlarm } from '../alarms';
import { display, reloadDisplays } from './displays';

const actions = computed<ReadonlySet<string>>(() => new Set(account.value?.actions ?? []));
const may = (action: string): boolean => actions.value.has(action);

export const mayHandle = computed(() => may('handle_alarms'));
export const maySwitch = computed(() => may('switch_displays'));
export const mayEdit = computed(() => may('manage_displays'));

/** Why the last deed failed: nobody answered, one may not, or something else. */
export const failed = signal<'unreachable' | 'denied' | 'fault' | null>(null);
/** Alarms that are being acknowledged. */
export const acknowledging = signal<ReadonlySet<number>>(new Set());

const SHOWN_MS = 8000;
let timer = 0;

function fail(error: unknown): void {
  failed.value = error instanceof ApiError && (error.failure === 'unreachable' || error.failure === 'denied') ? error.failure : 'fault';
  clearTimeout(timer);
  timer = window.setTimeout(() => (failed.value = null), SHOWN_MS);
}

export async function takeCare(id: number): Promise<void> {
  if (acknowledging.peek().has(id)) return;
  acknowledging.value = new Set(acknowledging.peek()).add(id);
  try {
    changeAlarm(await acknowledge(id));
  } catch (error) {
    fail(error);
  } finally {
    const rest = new Set(acknowledging.peek());
    rest.delete(id);
    acknowledging.value = rest;
  }
}

/** Switches to a plan, or back to ordinary. Says whether it was done. */
export async function switchTo(plan: string | null): Promise<boolean> {
  const id = display.peek()?.id;
  if (id === undefined) return false;
  try {
    await putDisplayState(id, plan);
    await reloadDisplays();
    return true;
  } catch (error) {
    fail(error);
    return false;
  }
}

/** Asks anew who one is: a session may have ended while the server was away. */
export const askWho = (): void =>
  void getSession().then(
    (session) => (account.value = session),
    () => undefined,
  );
