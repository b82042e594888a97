// Which languages there are, and which of them a browser prefers.
import type { Language } from './words';

/** The first language of the browser that we have; English if none. */
export function preferredLanguage(languages: readonly string[]): Language {
  for (const tag of languages) {
    if (/^zh\b/i.test(tag)) return 'zh';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}
