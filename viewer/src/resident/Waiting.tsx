// Reports that were written without a network, as long as they wait to be sent.
import '@preact/signals';
import { ago } from '../i18n/format';
import { language } from '../state/preferences';
import { drop } from '../state/resident/drafts';
import { waiting } from '../state/resident/waiting';
import { Icon } from './parts';
import { kindName, words } from './words';

export function Waiting() {
  const t = words.value;
  return (
    <section class="r-waiting" role="status">
      <h2>
        <Icon name="clock" />
        {t.waitingToSend(waiting.value.length)}
      </h2>
      <ul>
        {waiting.value.map(({ key, report, written, refused }) => (
          <li key={key}>
            <b>{kindName(report.kind)}</b> {report.text} <small>{ago(new Date(written), new Date(), language.value)}</small>
            {refused !== null && <p class="r-failed">{t.sendFailed + refused}</p>}
            <button class="r-link" type="button" onClick={() => void drop(key)}>
              {t.discard}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
