// Texts of voices in the current language.
import { computed } from '@preact/signals-core';
import { voiceTexts } from '../i18n/voice';
import { language } from '../state/preferences';

export const voiceWords = computed(() => voiceTexts(language.value));
