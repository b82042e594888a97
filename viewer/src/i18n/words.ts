// The five words for the state of a device, and the languages. In a file of its own, so that the
// dictionaries depend on nothing of the server's types but this.
import type { DeviceStatus } from '../api/types';

export type ApiStatus = DeviceStatus;
export type Language = 'zh' | 'en';
