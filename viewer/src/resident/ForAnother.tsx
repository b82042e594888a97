// Whether a report is made for another, and whom to call about it then: a name and a number, or neither.
import type { ReportDraft } from '../api/reports';
import { session } from '../state/resident/me';
import { words } from './report-words';

/** What is filled in so far. */
export interface Another {
  readonly on_behalf: boolean;
  readonly name: string;
  readonly phone: string;
}

export const NOBODY: Another = { on_behalf: false, name: '', phone: '' };

/** Whom to call, as it is sent; absent if nobody was named. */
export function contactOf({ on_behalf, name, phone }: Another): Pick<ReportDraft, 'contact'> {
  return on_behalf && name.trim() !== '' && phone.trim() !== '' ? { contact: { name: name.trim(), phone: phone.trim() } } : {};
}

export function ForAnother({ another, change }: { another: Another; change: (now: Another) => void }) {
  const t = words.value;
  const { on_behalf, name, phone } = another;
  // Where numbers are not kept, none is asked for. One without the other could not be called.
  const asks = on_behalf && session.value?.phone_sign_in === true;
  return (
    <>
      <label class="r-check">
        <input type="checkbox" checked={on_behalf} onChange={(event) => change({ ...another, on_behalf: event.currentTarget.checked })} />
        {t.onBehalf}
      </label>
      {asks && (
        <fieldset class="r-another">
          <legend>{t.contact}</legend>
          <p>{t.contactHint}</p>
          <label class="r-label">
            {t.contactName}
            <input value={name} maxLength={50} autocomplete="off" required={phone.trim() !== ''} onInput={(event) => change({ ...another, name: event.currentTarget.value })} />
          </label>
          <label class="r-label">
            {t.contactPhone}
            <input value={phone} maxLength={40} inputMode="tel" autocomplete="off" required={name.trim() !== ''} onInput={(event) => change({ ...another, phone: event.currentTarget.value })} />
          </label>
        </fieldset>
      )}
    </>
  );
}
