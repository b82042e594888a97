// Says something in one's own voice: held or tapped, heard again, recorded anew or deleted; or a file of the phone's
// recorder, also where there is no microphone.
//
// In: the voice so far. Out: the voice now, and whether to wait with sending. What is recorded stands in the draft at once
// and goes to the server with it; a file is tried at once. One at a time: neither takes the place of the other. Comes when a
// form that takes voices is opened.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { ApiError } from '../api/client';
import { postVoice } from '../api/voices';
import { lengthOf } from '../i18n/voice';
import { language } from '../state/preferences';
import { mayPass } from '../state/resident/drafts';
import { reaching } from '../state/resident/me';
import { LONGEST_MS, Recorder, type Recording, type Step } from '../state/resident/recorder';
import type { DraftVoice } from '../state/resident/waiting';
import { useAddress } from './address';
import { Icon } from './parts';
import { voiceWords } from './voice-words';

/** A press that is shorter is a tap: the recording goes on until the next. */
const HOLD_MS = 500;
/** As large as the server takes. */
const FILE_MOST_BYTES = 2 * 1024 * 1024;
/** Seconds that are left when that is told. */
const SOON_S = 10;

interface Field {
  readonly voice: DraftVoice | null;
  readonly put: (voice: DraftVoice | null) => void;
  /** Told whether a voice is just coming: what is sent now would go without it. */
  readonly hold: (held: boolean) => void;
}

export function VoiceField({ voice, put, hold }: Field) {
  const t = voiceWords.value;
  const told = useSignal('');
  const refused = useSignal<string | null>(null);
  const sending = useSignal(false);
  const step = useSignal<Step>('idle');
  const all = useRef<HTMLFieldSetElement>(null);
  const coming = sending.value || step.value === 'recording';
  useEffect(() => {
    hold(coming);
    return () => hold(false);
  }, [coming]);
  // What the focus goes to when one part takes the other's place.
  const next = useSignal<'speak' | 'begin' | 'hear' | null>(null);
  const take = async (file: Blob): Promise<void> => {
    [refused.value, sending.value, told.value] = [null, true, t.sending];
    const stand = (now: DraftVoice): void => {
      // What held the focus goes with the button; who is writing meanwhile keeps it.
      next.value = all.current?.contains(document.activeElement) ? 'hear' : null;
      put(now);
    };
    // Sent at once where there is a network, as photographs are: what cannot be used is told while one is here.
    try {
      const { id, duration_ms } = await reaching(postVoice(file));
      stand({ file, id, ms: duration_ms });
    } catch (error) {
      if (mayPass(error)) stand({ file, id: null, ms: await heard(file) });
      else refused.value = t.refused + (error instanceof ApiError ? (error.detail ?? '') : String(error));
    }
    [sending.value, told.value] = [false, ''];
  };
  // What was just said is kept whatever the network does, and takes that are recorded anew ask nothing of the server.
  const recorded = ({ file, ms, full }: Recording): void => {
    const length = lengthOf(ms, language.peek());
    [next.value, refused.value, told.value] = ['hear', null, full ? t.endedAtLimit(length) : t.ended(length)];
    put({ file, id: null, ms });
  };
  const choose = (file: File): void => {
    // A page of files that was open before.
    if (sending.peek() || step.peek() !== 'idle') refused.value = t.oneAtATime;
    else if (file.size > FILE_MOST_BYTES) refused.value = t.tooLarge;
    else void take(file);
  };
  return (
    <fieldset ref={all} class="r-voice">
      <legend>{t.voice}</legend>
      {voice ? (
        <Heard
          voice={voice}
          focused={next.value === 'hear'}
          drop={(then) => {
            [next.value, told.value] = [then, then === 'speak' ? t.removed : ''];
            put(null);
          }}
        />
      ) : (
        <>
          <p class="r-voice-hint">{t.hint}</p>
          <Speak first={next.value} told={(words) => (told.value = words)} stepped={(now) => (step.value = now)} recorded={recorded} off={sending.value} />
          <File choose={choose} off={sending.value || step.value !== 'idle'} />
        </>
      )}
      {sending.value && <p class="r-voice-hint">{t.sending}</p>}
      {refused.value !== null && <p class="r-failed" role="alert">{refused.value}</p>}
      <p class="visually-hidden" role="status">{told.value}</p>
    </fieldset>
  );
}

interface Spoken {
  readonly first: 'speak' | 'begin' | 'hear' | null;
  readonly told: (words: string) => void;
  readonly stepped: (now: Step) => void;
  readonly recorded: (recording: Recording) => void;
  /** A file is on its way. Whatever is off keeps the focus, as screen readers need it. */
  readonly off: boolean;
}

/** The button that is held or tapped. */
function Speak({ first, told, stepped, recorded, off }: Spoken) {
  const t = voiceWords.value;
  const latest = useRef(recorded);
  latest.current = recorded;
  const one = useMemo(() => new Recorder((recording) => latest.current(recording)), []);
  const pressed = useRef<number | null>(null);
  const held = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (first !== null) button.current?.focus();
    if (first === 'begin') void one.begin();
    return () => one.abandon();
  }, []);
  const [step, trouble] = [one.step.value, one.trouble.value];
  const left_s = Math.ceil((LONGEST_MS - one.spoken_ms.value) / 1000);
  useEffect(() => {
    if (step === 'recording') told(t.began);
    stepped(step);
    return () => stepped('idle');
  }, [step]);
  useEffect(() => {
    if (step === 'recording' && left_s === SOON_S) told(t.left(SOON_S));
  }, [left_s]);
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || off) return;
    if (one.step.peek() === 'recording') {
      one.end();
      return;
    }
    // A finger that slides off still ends it.
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    [pressed.current, held.value] = [performance.now(), true];
    void one.begin();
  };
  const up = (): void => {
    const since = pressed.current;
    [pressed.current, held.value] = [null, false];
    if (since !== null && performance.now() - since > HOLD_MS && one.spoken_ms.peek() > 0) one.end();
  };
  // Of keys and screen readers: pointers were told above.
  const click = (event: MouseEvent): void => {
    if (event.detail !== 0 || off) return;
    if (one.step.peek() === 'recording') one.end();
    else void one.begin();
  };
  return (
    <>
      <button ref={button} class="r-speak" type="button" data-step={step} aria-disabled={off} onPointerDown={down} onPointerUp={up} onPointerCancel={up} onClick={click} onContextMenu={(event) => event.preventDefault()}>
        <Icon name={step === 'recording' ? 'square' : 'mic'} />
        <span>
          {step === 'recording' ? `${t.recording} ${clock(one.spoken_ms.value)}` : step === 'asking' ? t.asking : t.speak}
          {step === 'recording' && <small>{`${held.value ? t.release : t.tapToEnd} · ${t.left(left_s)}`}</small>}
        </span>
      </button>
      {step === 'recording' && <progress class="r-voice-time" max={LONGEST_MS} value={one.spoken_ms.value} aria-hidden="true" />}
      {trouble !== null && <p class="r-failed" role="alert">{t[trouble]}</p>}
    </>
  );
}

/** The voice, before it is sent. */
function Heard({ voice, focused, drop }: { voice: DraftVoice; focused: boolean; drop: (then: 'speak' | 'begin') => void }) {
  const t = voiceWords.value;
  const address = useAddress(voice.file);
  const remove = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focused) remove.current?.focus();
  }, []);
  const length = lengthOf(voice.ms, language.value);
  return (
    <>
      <p class="r-voice-length">
        <Icon name="mic" />
        {t.ofLength(length)}
      </p>
      {address !== '' && <audio controls src={address} aria-label={t.play(length)} />}
      <div class="r-pair">
        <button ref={remove} class="r-button quiet" type="button" onClick={() => drop('speak')}>
          <Icon name="trash-2" />
          {t.remove}
        </button>
        <button class="r-button quiet" type="button" onClick={() => drop('begin')}>
          <Icon name="rotate-ccw" />
          {t.again}
        </button>
      </div>
    </>
  );
}

function File({ choose, off }: { choose: (file: File) => void; off: boolean }) {
  const t = voiceWords.value;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button class="r-link" type="button" aria-disabled={off} onClick={() => off || input.current?.click()}>{t.file}</button>
      <input
        ref={input}
        type="file"
        accept="audio/*"
        hidden
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (file) choose(file);
        }}
      />
    </>
  );
}

/** How long a file is, as the browser hears it; half a minute where it does not say. */
function heard(file: Blob): Promise<number> {
  return new Promise((resolve) => {
    const sound = new Audio(URL.createObjectURL(file));
    const told = (ms: number): void => {
      URL.revokeObjectURL(sound.src);
      resolve(ms);
    };
    sound.onloadedmetadata = () => told(Number.isFinite(sound.duration) ? sound.duration * 1000 : 30_000);
    sound.onerror = () => told(30_000);
  });
}

const clock = (ms: number): string => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
