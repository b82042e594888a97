// Texts around the pages, in the current language.
import { computed } from '@preact/signals';
import { renewalTexts } from '../i18n/renewal';
import { language } from '../state/settings';

export const words = computed(() => renewalTexts(language.value));
