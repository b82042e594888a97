// Texts of the report of a year, in the current language, and how figures are written there.
import { computed } from '@preact/signals';
import { figure } from '../../i18n/format';
import { yearReportTexts } from '../../i18n/year-report';
import { language } from '../../state/settings';

export const texts = computed(() => yearReportTexts(language.value));

export const count = (value: number): string => figure(value, language.value, 0);

/** A share as people read it; null where there is none. */
export const percentOf = (share: number | null): string | null => (share === null ? null : `${figure(share, language.value, 1)}\u202f%`);
