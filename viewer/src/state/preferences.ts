// Language and appearance: chosen once, remembered in the browser. Knows no dictionary: every page has its own.
//
// In: the browser's languages, what was chosen before. Out: signals. Read by every page.
import { computed, effect, signal } from '@preact/signals-core';
import { preferredLanguage } from '../i18n/languages';
import type { Language } from '../i18n/words';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'twin.settings';

interface Saved {
  language?: Language;
  theme?: Theme;
  hintSeen?: boolean;
  introSeen?: boolean;
  large?: boolean;
  zone?: string;
}

/** Storage may be denied (private windows, policies): then nothing is remembered, and nothing breaks. */
function load(): Saved {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Saved;
  } catch {
    return {};
  }
}

function save(saved: Saved): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(saved));
  } catch {
    // See load().
  }
}

const saved = load();
export const language = signal<Language>(saved.language ?? preferredLanguage(navigator.languages));
export const theme = signal<Theme>(saved.theme ?? 'auto');
/** Whether the user has moved the camera once: then the hint about how to is not shown again. */
export const hintSeen = signal(saved.hintSeen ?? false);
/** Whether the first visit has been explained. */
export const introSeen = signal(saved.introSeen ?? false);
/** Whether residents see everything large and simple (长辈版). */
export const large = signal(saved.large ?? false);
/** The zone that a resident lives in; null for the whole community. */
export const zone = signal<string | null>(saved.zone ?? null);

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(systemDark.matches);
export const dark = computed(() => (theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark'));

const stillness = matchMedia('(prefers-reduced-motion: reduce)');
export const reducedMotion = signal(stillness.matches);

/** Applies the settings to the page and keeps them; runs for the life of the page. */
export function startSettings(): void {
  systemDark.addEventListener('change', () => (systemIsDark.value = systemDark.matches));
  stillness.addEventListener('change', () => (reducedMotion.value = stillness.matches));
  effect(() => save({ language: language.value, theme: theme.value, hintSeen: hintSeen.value, introSeen: introSeen.value, large: large.value, ...(zone.value !== null && { zone: zone.value }) }));
  effect(() => {
    const root = document.documentElement;
    root.lang = language.value === 'zh' ? 'zh-CN' : 'en';
    root.dataset.theme = dark.value ? 'dark' : 'light';
  });
}
