// A number and the code that is sent to it, one after the other: to sign in, or to attach the number to oneself.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CodeSent } from '../api/phone';
import { failure, words } from './sign-in-words';

interface Steps {
  /** Has a code sent. */
  readonly ask: (phone: string) => Promise<CodeSent>;
  /** Does with the code what it was sent for. */
  readonly prove: (phone: string, code: string) => Promise<void>;
  readonly sent: (phone: string) => string;
  readonly submit: string;
}

export function PhoneCode({ ask, prove, sent, submit }: Steps) {
  const t = words.value;
  const phone = useSignal('');
  const code = useSignal('');
  /** When another code may be asked for; none as long as none was sent. */
  const again = useSignal<number | null>(null);
  const busy = useSignal(false);
  const failed = useSignal<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const isSent = again.value !== null;
  // Whoever was sent a code reads it and types it: the field waits for it, and a wrong one is typed again.
  useEffect(() => field.current?.focus(), [isSent]);
  const run = async (work: () => Promise<void>): Promise<void> => {
    if (busy.value) return;
    [busy.value, failed.value] = [true, null];
    try {
      await work();
    } catch (error) {
      failed.value = failure(error);
    }
    busy.value = false;
  };
  const send = (): Promise<void> =>
    run(async () => {
      const { again_in_s } = await ask(phone.value);
      [again.value, code.value] = [Date.now() + again_in_s * 1000, ''];
    });
  const submitted = (event: Event): void => {
    event.preventDefault();
    void (isSent ? run(() => prove(phone.value, code.value)) : send());
  };
  return (
    <form class="r-form" onSubmit={submitted}>
      {isSent ? (
        <>
          <p role="status">{sent(phone.value)}</p>
          <label>
            {t.code}
            <input ref={field} name="code" inputMode="numeric" autocomplete="one-time-code" pattern="\s*[0-9]{6}\s*" maxLength={8} required value={code.value} onInput={(event) => (code.value = event.currentTarget.value)} />
          </label>
        </>
      ) : (
        <label>
          {t.phone}
          <input name="phone" inputMode="tel" autocomplete="tel" maxLength={40} required value={phone.value} aria-describedby="r-phone-hint" onInput={(event) => (phone.value = event.currentTarget.value.trim())} />
          <small id="r-phone-hint">{t.phoneHint}</small>
        </label>
      )}
      {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
      <button class="r-button" disabled={busy.value}>{busy.value ? t.sending : isSent ? submit : t.sendCode}</button>
      {isSent && (
        <>
          <Again at={again.value ?? 0} busy={busy.value} send={() => void send()} />
          <button class="r-button quiet" type="button" onClick={() => ([again.value, failed.value] = [null, null])}>{t.otherNumber}</button>
        </>
      )}
    </form>
  );
}

/** Counts down until another code may be asked for. */
function Again({ at, busy, send }: { at: number; busy: boolean; send: () => void }) {
  const t = words.value;
  const left_s = useSignal(0);
  useEffect(() => {
    const count = (): void => void (left_s.value = Math.max(0, Math.ceil((at - Date.now()) / 1000)));
    count();
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [at]);
  return (
    <button class="r-button quiet" type="button" disabled={busy || left_s.value > 0} onClick={send}>
      {left_s.value > 0 ? t.againIn(left_s.value) : t.again}
    </button>
  );
}
