// Text messages about one's own reports: whether one wants them, and in which language.
//
// In: what people choose. Out: what the server answered. Called by the residents' settings.
import { body, get, request } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type OwnMessages = Schemas['OwnMessages'];
export type OwnMessagesView = Schemas['OwnMessagesView'];

export const getOwnMessages = (): Promise<OwnMessagesView> => get('account/messages');

export const putOwnMessages = async (choice: OwnMessages): Promise<OwnMessagesView> => body('account/messages', await request('PUT', 'account/messages', choice));
