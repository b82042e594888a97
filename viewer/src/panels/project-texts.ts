// Words about projects in the current language. Fetched with what shows them.
import { computed } from '@preact/signals';
import { projectTexts } from '../i18n/project';
import { projectSheetTexts } from '../i18n/project-sheet';
import { language } from '../state/settings';

export const projectWords = computed(() => ({ ...projectTexts(language.value), sheet: projectSheetTexts(language.value) }));
