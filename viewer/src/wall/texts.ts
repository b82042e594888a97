// The wall's texts in the current language, and how a wall writes times. In: signals. Out: texts.
import { computed } from '@preact/signals-core';
import { figure } from '../i18n';
import { wallTexts } from '../i18n/wall';
import { language } from '../state/settings';

export const words = computed(() => wallTexts(language.value));

export const count = (n: number): string => figure(n, language.value, 0);

const locale = (): string => (language.value === 'zh' ? 'zh-CN' : 'en-GB');

/** Hours and minutes; with the day if it is not today's. */
export function moment(time: Date): string {
  const today = time.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale(), { ...(today ? {} : { month: 'short', day: 'numeric' }), hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(time);
}

export const day = (time: Date): string =>
  new Intl.DateTimeFormat(locale(), { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }).format(time);

export const timeOfDay = (time: Date): string =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(time);

/** 4:05, 1:04:05, 2 days 1:04:05. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [days, hours, minutes] = [Math.floor(s / 86_400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  const clock = hours > 0 || days > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
  return days > 0 ? `${words.value.days(days)} ${clock}` : clock;
}
