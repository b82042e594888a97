// Texts of the pages about projects, and days and money as they are written, in the current language.
import { computed } from '@preact/signals';
import { clock, named } from '../../i18n/format';
import { day, money, projectTexts } from '../../i18n/project';
import { projectWorkTexts } from '../../i18n/project-work';
import { dayAt } from '../../state/renewal/project-days';
import { zones } from '../../state/session';
import { language } from '../../state/settings';

export const projectWords = computed(() => projectTexts(language.value));
export const workWords = computed(() => projectWorkTexts(language.value));

export const dayOf = (iso: string): string => day(iso, language.value);

/** The day of the community at an instant. */
export const dayOfInstant = (iso: string): string => dayOf(dayAt(new Date(iso)));

/** The last day before an instant until which something is due: midnight ends the day before it. */
export const lastDayOf = (iso: string): string => dayOf(dayAt(new Date(Date.parse(iso) - 1)));

export const momentOf = (iso: string): string => clock(new Date(iso), new Date(), language.value);

export const moneyOf = (fen: number): string => money(fen, language.value);

export const zoneName = (id: string): string => named(zones.value.find((zone) => zone.id === id)?.name, language.value, id);

export const listOf = (parts: readonly string[]): string => parts.join(workWords.value.list);
