// What was said with a report in one's own voice: the browser's own player, and a way to the file where it does not play.
//
// In: a voice, for those who may hear it. Out: what is shown. Called by the report beside the scene.
import { useSignal } from '@preact/signals';
import { voiceAddress, type ReportVoice } from '../api/voices';
import { lengthOf, voiceTexts } from '../i18n/voice';
import { language } from '../state/settings';

export function Voice({ voice }: { voice: ReportVoice | null | undefined }) {
  const failed = useSignal(false);
  if (!voice) return null;
  const t = voiceTexts(language.value);
  const [address, length] = [voiceAddress(voice.id), lengthOf(voice.duration_ms, language.value)];
  return (
    <figure class="voice">
      <figcaption class="note">{t.ofLength(length)}</figcaption>
      {failed.value ? (
        <p class="note">
          {t.cannotPlay} <a href={address} download>{t.download}</a>
        </p>
      ) : (
        <audio controls preload="none" src={address} aria-label={t.play(length)} onError={() => (failed.value = true)} />
      )}
    </figure>
  );
}
