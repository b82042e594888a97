// Texts of the pages on which one reports and looks at a report: those of the first pages, and their own.
import { computed } from '@preact/signals-core';
import { reportTexts } from '../i18n/report';
import { language } from '../state/preferences';
import { words as first } from './words';

export { kindName, moment } from './words';

export const words = computed(() => ({ ...first.value, ...reportTexts(language.value) }));
