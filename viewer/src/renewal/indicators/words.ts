// Texts of the page of indicators, in the current language.
import { computed } from '@preact/signals';
import { indicatorTexts } from '../../i18n/indicators';
import { language } from '../../state/settings';

export const texts = computed(() => indicatorTexts(language.value));
