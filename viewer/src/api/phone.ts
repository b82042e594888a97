// Codes to a telephone: signing in with one, and attaching a number to oneself.
//
// In: numbers and codes as people type them. Out: what the server answered. Called by the residents' pages.
import { body, get, request } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type CodeSent = Schemas['CodeSent'];

export const askForCode = async (phone: string): Promise<CodeSent> => body('session/phone', await request('POST', 'session/phone', { phone }));

export async function signInWithCode(phone: string, code: string): Promise<void> {
  await request('POST', 'session/phone/code', { phone, code });
}

/** One's own number, of which the middle is left out; none if none is attached. */
export const getOwnPhone = async (): Promise<string | null> => (await get<Schemas['OwnPhone']>('account/phone')).phone ?? null;

export const askToAttach = async (phone: string): Promise<CodeSent> => body('account/phone', await request('POST', 'account/phone', { phone }));

export async function attachPhone(phone: string, code: string): Promise<void> {
  await request('POST', 'account/phone/code', { phone, code });
}

export async function removeOwnPhone(): Promise<void> {
  await request('DELETE', 'account/phone');
}
