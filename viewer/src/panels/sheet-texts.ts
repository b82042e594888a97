// The texts of the sheet in the current language; with the panels that show them.
import { computed } from '@preact/signals';
import { sheetTexts } from '../i18n/sheet';
import { language } from '../state/settings';

export const sheetWords = computed(() => sheetTexts(language.value));
