import { expect, test } from 'vitest';
import { bimTexts, className } from './bim';
import { groundTexts } from './ground';
import { helpTexts } from './help';
import { clock, dictionary, figure, named, preferredLanguage, quantity } from './index';
import { indicatorTexts } from './indicators';
import { programmingTexts } from './programming';
import { sheetTexts } from './sheet';
import { signInTexts } from './sign-in';
import { yearReportTexts } from './year-report';

/** Every path to a text of a dictionary. */
function keys(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}:${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`));
}

test('both_languages_have_every_text', () => {
  expect(keys(dictionary('en'))).toEqual(keys(dictionary('zh')));
  // Names of attributes may be left as the file has them.
  const own = (language: 'zh' | 'en'): unknown => ({ ...bimTexts(language), ...signInTexts(language), ...helpTexts(language), ...sheetTexts(language), ...groundTexts(language), attributeNames: {} });
  expect(keys(own('en'))).toEqual(keys(own('zh')));
  // Columns are called as the template names them, which in English are their own names.
  const work = (language: 'zh' | 'en'): unknown => [yearReportTexts(language), programmingTexts(language), { ...indicatorTexts(language), columns: {} }];
  expect(keys(work('en'))).toEqual(keys(work('zh')));
});

test('chinese_texts_use_no_half_width_brackets_or_commas', () => {
  const texts = JSON.stringify([dictionary('zh'), signInTexts('zh'), bimTexts('zh'), helpTexts('zh'), sheetTexts('zh'), groundTexts('zh'), yearReportTexts('zh'), programmingTexts('zh'), indicatorTexts('zh')], (_, v: unknown) => (typeof v === 'function' ? String((v as (...a: unknown[]) => unknown)(1, 'x', 'y', 'alarm')) : v));
  expect(texts).not.toMatch(/[\u4e00-\u9fff][,;(]|[);][\u4e00-\u9fff]/);
});

test('a_class_of_the_standard_has_a_word_in_both_languages_and_unknown_ones_keep_their_name', () => {
  expect(['IfcWallStandardCase', 'IfcStairFlight', 'IfcMoonBase'].map((name) => className(name, 'zh'))).toEqual(['墙', '梯段', 'MoonBase']);
  expect(['IfcWallStandardCase', 'IfcStairFlight', 'IfcMoonBase'].map((name) => className(name, 'en'))).toEqual(['Wall', 'Stair flight', 'Moon base']);
});

test('a_count_reads_as_people_say_it', () => {
  expect(dictionary('zh').nOfKind(3, 'street_lamp', '路灯', 'offline')).toBe('3 盏路灯离线');
  expect(dictionary('en').nOfKind(3, 'street_lamp', 'Street lamp', 'offline')).toBe('3 street lamps offline');
  expect(dictionary('en').nOfKind(1, 'waste_bin', 'Waste bin', 'alarm')).toBe('1 waste bin in alarm');
});

test('the_browsers_first_known_language_wins', () => {
  expect(preferredLanguage(['fr', 'zh-TW', 'en'])).toBe('zh');
  expect(preferredLanguage(['en-US', 'zh'])).toBe('en');
  expect(preferredLanguage([])).toBe('en');
});

test('a_missing_name_falls_back_to_the_other_language_and_then_to_the_id', () => {
  expect(named({ zh: '路灯' }, 'en', 'lamp-1')).toBe('路灯');
  expect(named(null, 'en', 'lamp-1')).toBe('lamp-1');
});

test('a_figure_and_its_unit_are_set_apart_by_a_thin_space', () => {
  expect(quantity(21.456, 'Cel', 'zh')).toBe('21.46\u202f°C');
  expect(quantity(-3, 'deg', 'en')).toBe('−3°');
  expect(figure(1234567.891, 'en', 1)).toBe('1,234,567.9');
});

test('today_shows_the_clock_and_other_days_show_the_date', () => {
  const now = new Date(2026, 10, 20, 18, 0, 0);
  expect(clock(new Date(2026, 10, 20, 14, 32, 5), now, 'zh')).toBe('14:32:05');
  expect(clock(new Date(2026, 10, 19, 14, 32, 5), now, 'en')).toBe('19 Nov, 14:32');
});
