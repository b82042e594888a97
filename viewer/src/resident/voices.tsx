// Voices on the pages of a report: the field that takes one, which comes when it is wanted, and the player of one that
// was sent.
//
// In: a voice. Out: what is shown. Called by the pages of a report.
import { useSignal } from '@preact/signals';
import { voiceAddress, type ReportVoice } from '../api/voices';
import { lengthOf, voiceTexts } from '../i18n/voice';
import { language } from '../state/preferences';
import type { DraftVoice } from '../state/resident/waiting';
import { lazy } from './lazy';
import { Icon } from './parts';
import { voiceWords } from './voice-words';

export const VoiceField = lazy(() => import('./Voice').then((module) => module.VoiceField));

/** What stands in place of words when nothing was written. */
export const spokenOnly = ({ ms }: DraftVoice): string => voiceTexts(language.peek()).spokenOnly(lengthOf(ms, language.peek()));

/** A voice that was sent, for those who may hear it. */
export function Spoken({ voice }: { voice: ReportVoice | null | undefined }) {
  const t = voiceWords.value;
  const failed = useSignal(false);
  if (!voice) return null;
  const [address, length] = [voiceAddress(voice.id), lengthOf(voice.duration_ms, language.value)];
  return (
    <div class="r-spoken">
      <p class="r-voice-length">
        <Icon name="mic" />
        {t.ofLength(length)}
      </p>
      {failed.value ? (
        <p class="r-facts">
          {t.cannotPlay} <a href={address} download>{t.download}</a>
        </p>
      ) : (
        <audio controls preload="none" src={address} aria-label={t.play(length)} onError={() => (failed.value = true)} />
      )}
    </div>
  );
}
