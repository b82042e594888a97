// Texts of the pages about projects of renewal.
import { computed } from '@preact/signals-core';
import { day, money, projectTexts } from '../i18n/project';
import { language } from '../state/preferences';
import { words as first } from './report-words';

export { moment } from './report-words';

export const words = computed(() => ({ ...first.value, ...projectTexts(language.value) }));

export const dayOf = (iso: string): string => day(iso, language.value);

export const moneyOf = (fen: number): string => money(fen, language.value);
