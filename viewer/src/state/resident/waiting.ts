// Reports that are written and not sent yet, as the first page shows them; `drafts.ts` keeps and sends them.
import { signal } from '@preact/signals-core';
import type { ReportDraft } from '../../api/reports';

/** A photograph: its file, and its id once the server has it. */
export interface DraftPhoto {
  readonly file: Blob;
  readonly id: string | null;
}

/** A voice: its file, how long it is, and its id once the server has it. */
export interface DraftVoice extends DraftPhoto {
  readonly ms: number;
}

export interface Draft {
  /** Names it here and towards the server. */
  readonly key: string;
  readonly report: Omit<ReportDraft, 'photos' | 'voice'>;
  readonly photos: readonly DraftPhoto[];
  /** Drafts of earlier versions have none. */
  readonly voice?: DraftVoice | null;
  readonly written: number;
  /** Why the server refuses it, in its words. */
  readonly refused: string | null;
}

/** Drafts that wait, the oldest first. */
export const waiting = signal<readonly Draft[]>([]);
