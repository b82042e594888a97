// How names, numbers, units and times are written in a language. Knows no dictionary, so that a light page has it alone.
import type { LocalizedText } from '../api/types';
import type { Language } from './words';

/** A name in the language, else in the other one, else `fallback`. */
export function named(text: LocalizedText | null | undefined, language: Language, fallback: string): string {
  const other = language === 'zh' ? text?.en : text?.zh;
  return text?.[language] ?? other ?? fallback;
}

/** Thin space, which keeps figure and unit together on a line (U+202F). */
const THIN = '\u202f';

/** How UCUM codes are written for people; others are shown as they are. */
const UNITS: Readonly<Record<string, string>> = {
  Cel: '°C', deg: '°', 'm3/h': 'm³/h', m3: 'm³', 'kW.h': 'kWh', 'ug/m3': 'µg/m³', 'mg/m3': 'mg/m³', '[ppm]': 'ppm',
  'dB[SPL]': 'dB', 'm/s2': 'm/s²', 'W/m2': 'W/m²', '[pH]': 'pH', uS: 'µS', 'l/s': 'L/s', l: 'L', min: 'min',
};

/** A figure with up to `digits` decimals, and no fewer than `least`. */
export function figure(value: number, language: Language, digits = 2, least = 0): string {
  const format = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { maximumFractionDigits: digits, minimumFractionDigits: least });
  return format.format(value).replace(/^-/, '−');
}

/** A figure with its unit. */
export function quantity(value: number, unit: string, language: Language, digits = 2, least = 0): string {
  const written = UNITS[unit] ?? unit;
  if (written === '') return figure(value, language, digits, least);
  return `${figure(value, language, digits, least)}${written === '°' ? '' : THIN}${written}`;
}

/** Clock time today, date and time otherwise, in the viewer's own time zone. */
export function clock(time: Date, now: Date, language: Language): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const sameDay = time.toDateString() === now.toDateString();
  const hours: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  if (sameDay) return new Intl.DateTimeFormat(locale, { ...hours, second: '2-digit' }).format(time);
  const sameYear = time.getFullYear() === now.getFullYear();
  const day: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', ...(sameYear ? {} : { year: 'numeric' }) };
  return new Intl.DateTimeFormat(locale, { ...day, ...hours }).format(time);
}

/** "3 minutes ago" in the language; the largest unit that fits. */
export function ago(time: Date, now: Date, language: Language): string {
  const format = new Intl.RelativeTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { numeric: 'auto', style: 'narrow' });
  const seconds = Math.min(0, (time.getTime() - now.getTime()) / 1000);
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86400], ['hour', 3600], ['minute', 60]];
  for (const [unit, size] of steps) {
    if (-seconds >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.round(seconds), 'second');
}
