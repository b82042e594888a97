// Whom to call about a report: masked, and whole with a press for those who must call now. The server writes each look
// down, so that nothing is asked for before it is wanted, and nothing of it is kept.
//
// In: a report as it was opened. Out: what is shown. Shown among the facts of a report.
import { useSignal } from '@preact/signals';
import { ApiError } from '../api/client';
import { getContact, type ContactHint, type ContactView } from '../api/report-deeds';
import { deskWords } from './report-texts';

export function ReportContact({ id, hint }: { id: number; hint: ContactHint }) {
  const t = deskWords.value;
  const whole = useSignal<ContactView | null>(null);
  const failed = useSignal<string | null>(null);
  const look = (): void => {
    getContact(id).then(
      (contact) => ([whole.value, failed.value] = [contact, null]),
      (error: unknown) => (failed.value = error instanceof ApiError && error.failure !== 'unreachable' ? t.contactRefused : t.detailFailed),
    );
  };
  if (whole.value) {
    return (
      <span class="contact">
        {whole.value.name} <a class="link" href={`tel:${whole.value.phone}`}>{whole.value.phone}</a>
      </span>
    );
  }
  return (
    <span class="contact">
      {hint.name} {hint.phone}{' '}
      {hint.may_call && (
        <button class="link" onClick={look}>
          {t.contactWhole}
        </button>
      )}
      {failed.value !== null && <small role="alert">{failed.value}</small>}
    </span>
  );
}
