// Photographs of reports and of works.
//
// In: the id of one, and which of its files. Out: its address, for whoever may see what it was sent with. Called by pages and panels.
import { address } from './client';

export const photoAddress = (id: string, size: 'large' | 'small'): string => address(`/api/v1/photos/${encodeURIComponent(id)}?size=${size}`);
