// Text messages when something happens to one's reports: on or off, and in which language. Shown beside one's own number.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getOwnMessages, putOwnMessages, type OwnMessages as Choice, type OwnMessagesView } from '../api/messages';
import { language } from '../state/preferences';
import { Loading } from './parts';
import { failure, words } from './sign-in-words';

export function OwnMessages() {
  const t = words.value;
  const choice = useSignal<OwnMessagesView | null>(null);
  const busy = useSignal(false);
  const failed = useSignal<string | null>(null);
  const take = async (answer: Promise<OwnMessagesView>, before: OwnMessagesView | null): Promise<void> => {
    busy.value = true;
    try {
      [choice.value, failed.value] = [await answer, null];
    } catch (error) {
      [choice.value, failed.value] = [before, failure(error)];
    }
    busy.value = false;
  };
  useEffect(() => void take(getOwnMessages(), null), []);
  const known = choice.value;
  const put = (change: Partial<Choice>): void => {
    if (!known) return;
    const wanted = { text_messages: known.text_messages, language: known.language ?? 'zh', ...change };
    // What was pressed stands at once, and goes back if it was not taken.
    choice.value = { ...known, ...wanted };
    void take(putOwnMessages(wanted), known);
  };
  return (
    <section class="r-own-messages">
      <h2>{t.messages}</h2>
      {known === null && failed.value === null && <Loading />}
      {known !== null && (
        <>
          <button class="r-setting" type="button" aria-pressed={known.text_messages} disabled={busy.value} onClick={() => put(known.text_messages ? { text_messages: false } : { text_messages: true, language: language.value })}>
            {known.text_messages ? t.messagesOff : t.messagesOn}
          </button>
          <p>{t.messagesHint(known.per_day)}</p>
          {known.text_messages && (
            <fieldset class="r-choice">
              <legend>{t.messagesLanguage}</legend>
              {(['zh', 'en'] as const).map((name) => (
                <label key={name}>
                  <input type="radio" name="message-language" checked={known.language === name} disabled={busy.value} onChange={() => put({ language: name })} />
                  <span lang={name === 'zh' ? 'zh-CN' : 'en'}>{name === 'zh' ? '中文' : 'English'}</span>
                </label>
              ))}
            </fieldset>
          )}
        </>
      )}
      {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
    </section>
  );
}
