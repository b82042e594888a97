// The texts of layer tree, search, settings and first visit in the current language.
import { computed } from '@preact/signals';
import { groundTexts } from '../i18n/ground';
import { language } from '../state/settings';

export const groundWords = computed(() => groundTexts(language.value));
