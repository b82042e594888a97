// The dictionary of the current language; with it, how names, numbers, units and times are written.
//
// In: a language. Out: texts. Called by panels and state; knows neither the page nor the engine.
import { en } from './en';
import type { Language } from './words';
import { zh, type Dictionary } from './zh';

export { ago, clock, figure, named, quantity } from './format';
export { preferredLanguage } from './languages';
export type { Dictionary, Language };

const DICTIONARIES: Readonly<Record<Language, Dictionary>> = { zh, en };

export const dictionary = (language: Language): Dictionary => DICTIONARIES[language];
