// Language and appearance, with the texts of planners and walls.
import { computed } from '@preact/signals-core';
import { dictionary } from '../i18n';
import { language } from './preferences';

export { dark, hintSeen, introSeen, language, reducedMotion, startSettings, theme, type Theme } from './preferences';

/** The texts in the current language. */
export const texts = computed(() => dictionary(language.value));
