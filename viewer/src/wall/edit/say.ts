// The form's texts in the current language. In: the language. Out: texts.
import { computed } from '@preact/signals-core';
import { editTexts } from '../../i18n/wall-edit';
import { language } from '../../state/settings';

export const say = computed(() => editTexts(language.value));
