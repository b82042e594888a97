// Texts of the form of a plan in the current language.
import { computed } from '@preact/signals';
import { projectPlanTexts } from '../../i18n/project-plan';
import { language } from '../../state/settings';

export const planWords = computed(() => projectPlanTexts(language.value));
