// Records a voice: asks for the microphone, listens until it is told to end or a minute is over, and lets go of the
// microphone whatever happens.
//
// In: presses of whoever speaks. Out: signals, and the recording. Called by the part of the forms that takes voices.
import { signal } from '@preact/signals-core';

/** As long as one may speak. */
export const LONGEST_MS = 60_000;
/** What is shorter is a slip of the finger. */
const SHORTEST_MS = 700;
/** Words stay clear at this, and a minute is a quarter of a megabyte. */
const BITS_PER_SECOND = 32_000;
/** What browsers record and the server takes, the best first. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/ogg;codecs=opus', 'audio/mp4'];

export type Trouble = 'denied' | 'absent' | 'busy' | 'unable' | 'tooShort';
export type Step = 'idle' | 'asking' | 'recording';

export interface Recording {
  readonly file: Blob;
  readonly ms: number;
  /** Whether it ended because the time was over. */
  readonly full: boolean;
}

/** Why a microphone is not given, by the name of the browser's error. */
export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'absent';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'unable';
}

/** Whether this browser records what the server takes; without a secure address it does not. */
export const canRecord = (): boolean => 'mediaDevices' in navigator && best() !== undefined;

const best = (): string | undefined => (typeof MediaRecorder === 'function' ? TYPES.find((type) => MediaRecorder.isTypeSupported(type)) : undefined);

export class Recorder {
  readonly step = signal<Step>('idle');
  readonly trouble = signal<Trouble | null>(null);
  readonly spoken_ms = signal(0);
  private recorder: MediaRecorder | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private since = 0;
  private gone = false;

  constructor(private readonly done: (recording: Recording) => void) {}

  async begin(): Promise<void> {
    if (this.step.peek() !== 'idle') return;
    this.trouble.value = null;
    if (!canRecord()) return void (this.trouble.value = 'unable');
    this.step.value = 'asking';
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
      // Whoever left meanwhile is not listened to.
      if (this.hasGone()) letGo(stream);
      else this.heed(stream);
    } catch (error) {
      [this.step.value, this.trouble.value] = ['idle', troubleOf(error)];
    }
  }

  end(): void {
    if (this.recorder?.state === 'recording') this.recorder.stop();
  }

  /** Ends without a recording: what shows it is gone. */
  abandon(): void {
    this.gone = true;
    this.end();
  }

  private hasGone(): boolean {
    return this.gone;
  }

  /** Listens; a browser that cannot, after all, is left without a microphone that stays on. */
  private heed(stream: MediaStream): void {
    try {
      this.listen(stream);
    } catch (error) {
      letGo(stream);
      throw error;
    }
  }

  private listen(stream: MediaStream): void {
    const mimeType = best() ?? '';
    const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => void parts.push(data);
    recorder.onerror = () => this.end();
    recorder.onstop = () => this.stopped(stream, new Blob(parts, { type: mimeType.replace(/;.*/, '') }));
    recorder.start();
    this.recorder = recorder;
    [this.since, this.spoken_ms.value, this.step.value] = [performance.now(), 0, 'recording'];
    document.addEventListener('visibilitychange', this.hidden);
    this.timer = setInterval(() => {
      this.spoken_ms.value = Math.min(performance.now() - this.since, LONGEST_MS);
      if (this.spoken_ms.peek() >= LONGEST_MS) this.end();
    }, 200);
  }

  /** In the background phones go on with silence. */
  private readonly hidden = (): void => {
    if (document.visibilityState !== 'visible') this.end();
  };

  private stopped(stream: MediaStream, file: Blob): void {
    clearInterval(this.timer);
    document.removeEventListener('visibilitychange', this.hidden);
    letGo(stream);
    const ms = performance.now() - this.since;
    [this.recorder, this.step.value] = [null, 'idle'];
    if (this.gone) return;
    if (ms < SHORTEST_MS || file.size === 0) this.trouble.value = 'tooShort';
    else this.done({ file, ms: Math.min(ms, LONGEST_MS), full: ms >= LONGEST_MS });
  }
}

/** The lamp of the microphone goes out. */
const letGo = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());
