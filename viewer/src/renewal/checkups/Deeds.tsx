// What one may do with a check-up, as the server says: a press opens what is to be said with it, a second one does it.
import { useSignal } from '@preact/signals';
import { actOnCheckUp, type CheckUpDeed } from '../../api/checkups';
import { Failed, useDeed } from '../parts';
import { words } from '../words';
import type { PartProps } from './CheckUpPage';
import { texts } from './words';

/** With these the server wants a reason. */
const WANT_REASON: readonly CheckUpDeed[] = ['reopen', 'cancel'];

export function Deeds({ detail, again, take }: PartProps) {
  const t = texts.value;
  const chosen = useSignal<CheckUpDeed | null>(null);
  const { possible } = detail;
  if (possible.length === 0) return null;
  const open = chosen.value !== null && possible.includes(chosen.value) ? chosen.value : null;
  return (
    <div class="k-deeds">
      <div class="n-actions" role="group" aria-label={t.next}>
        {possible.map((deed) => (
          <button key={deed} class={`button${WANT_REASON.includes(deed) ? ' quiet' : ''}`} type="button" aria-expanded={open === deed} onClick={() => (chosen.value = open === deed ? null : deed)}>
            {t.deeds[deed]}
          </button>
        ))}
      </div>
      {open && <Saying key={open} deed={open} detail={detail} again={again} take={take} close={() => (chosen.value = null)} />}
    </div>
  );
}

function Saying({ deed, detail: { check_up }, again, take, close }: PartProps & { deed: CheckUpDeed; close: () => void }) {
  const [t, n] = [texts.value, words.value];
  const text = useSignal('');
  const wanting = useSignal(false);
  const { busy, why, run } = useDeed();
  const wantsReason = WANT_REASON.includes(deed);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const said = text.peek().trim();
    wanting.value = wantsReason && said === '';
    if (wanting.peek()) return;
    const done = await run(async () => {
      const after = await actOnCheckUp(check_up.id, { deed, version: check_up.version, ...(said === '' ? {} : { text: said }) });
      take(after);
      close();
    });
    // Someone may have been faster: what is shown is how it is now.
    if (!done) again();
  };
  return (
    <form class="n-card n-form k-saying" onSubmit={(event) => void send(event)}>
      <p>{t.deedNotes[deed]}</p>
      <label>
        {wantsReason ? t.reason : t.remark}
        <textarea rows={2} maxLength={2000} value={text.value} aria-invalid={wanting.value} onInput={({ currentTarget }) => ([text.value, wanting.value] = [currentTarget.value, false])} />
      </label>
      {wanting.value && <Failed why={t.reasonMissing} />}
      <Failed why={why} />
      <div class="k-submit">
        <button class="button" type="submit" disabled={busy}>
          {t.deeds[deed]}
        </button>
        <button class="button quiet" type="button" onClick={close}>
          {n.cancel}
        </button>
      </div>
    </form>
  );
}
