// Texts of the pages of check-ups, in the current language, and how names, figures and days are written there.
import { computed } from '@preact/signals';
import type { Indicator } from '../../api/checkups';
import type { LocalizedText } from '../../api/types';
import { checkUpTexts } from '../../i18n/checkup';
import { clock, named, quantity } from '../../i18n/format';
import { day } from '../../i18n/project';
import { dayOf } from '../../state/renewal/checkups-days';
import { language } from '../../state/settings';

export const texts = computed(() => checkUpTexts(language.value));

export const nameOf = (text: LocalizedText | null | undefined, fallback = ''): string => named(text, language.value, fallback);

/** A value of an indicator; `1` is the unit of what is merely counted. */
export const valueOf = (value: number, { unit }: Pick<Indicator, 'unit'>): string => quantity(value, unit === '1' ? '' : unit, language.value, 2);

/** The day of the community on which an instant falls. */
export const dayName = (instant: string): string => day(dayOf(instant), language.value);

export const timeName = (instant: string): string => clock(new Date(instant), new Date(), language.value);
