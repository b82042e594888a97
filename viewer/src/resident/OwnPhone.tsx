// One's own number: shown with its middle left out, attached or replaced with a code, deleted; and what is sent to it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { askToAttach, attachPhone, getOwnPhone, removeOwnPhone } from '../api/phone';
import { OwnMessages } from './OwnMessages';
import { Loading } from './parts';
import { PhoneCode } from './PhoneCode';
import { failure, words } from './sign-in-words';

export function OwnPhone() {
  const t = words.value;
  const phone = useSignal<string | null | undefined>(undefined);
  const doing = useSignal<'attach' | 'remove' | null>(null);
  const told = useSignal<string | null>(null);
  const failed = useSignal<string | null>(null);
  const look = async (): Promise<void> => {
    try {
      [phone.value, failed.value] = [await getOwnPhone(), null];
    } catch (error) {
      failed.value = failure(error);
    }
  };
  useEffect(() => void look(), []);
  const done = async (what: string): Promise<void> => {
    await look();
    [doing.value, told.value] = [null, what];
  };
  const remove = (): void => {
    removeOwnPhone().then(
      () => done(t.removed),
      (error: unknown) => (failed.value = failure(error)),
    );
  };
  if (phone.value === undefined) return failed.value === null ? <Loading /> : <p class="r-failed" role="alert">{failed.value}</p>;
  return (
    <section class="r-own-phone">
      <h2>{t.ownPhone}</h2>
      <p>{phone.value ?? t.noPhone}</p>
      {told.value !== null && <p role="status">{told.value}</p>}
      {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
      {doing.value === 'attach' && (
        <PhoneCode
          ask={askToAttach}
          prove={async (number, code) => {
            await attachPhone(number, code);
            await done(t.attached);
          }}
          sent={t.codeSentToAttach}
          submit={t.confirmNumber}
        />
      )}
      {doing.value === 'remove' && (
        <>
          <p role="alert">{t.removeHint}</p>
          <div class="r-pair">
            <button class="r-button quiet" type="button" onClick={() => (doing.value = null)}>{t.keep}</button>
            <button class="r-button" type="button" onClick={remove}>{t.remove}</button>
          </div>
        </>
      )}
      {doing.value === null && (
        <>
          <button class="r-setting" type="button" onClick={() => ([doing.value, told.value] = ['attach', null])}>{phone.value === null ? t.attach : t.replace}</button>
          {phone.value !== null && <button class="r-setting" type="button" onClick={() => ([doing.value, told.value] = ['remove', null])}>{t.remove}</button>}
          {phone.value !== null && <OwnMessages key={phone.value} />}
        </>
      )}
    </section>
  );
}
