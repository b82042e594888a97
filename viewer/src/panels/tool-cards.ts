// The tools of the bar in their order, each with its icon, its key and its card, which comes when it
// is first opened.
import toolIcons from '../../../assets/icons/tools.json';
import type { HelpRow } from '../i18n/help';
import type { Language } from '../i18n/words';
import type { ToolName } from '../state/tools';
import { later, type Later } from './later';

export interface ToolEntry {
  readonly name: ToolName;
  readonly icon: keyof typeof toolIcons;
  /** The key that opens and closes it, lower case. */
  readonly key: string;
  readonly Card: Later<object>;
  /** Gestures and keys while it is open, for the help sheet: fetched with that, from the tool's texts. */
  readonly help?: () => Promise<(language: Language) => readonly HelpRow[]>;
}

export const TOOL_ENTRIES: readonly ToolEntry[] = [
  {
    name: 'layers',
    icon: 'layers',
    key: 'l',
    Card: later(() => import('./LayersCard').then((module) => module.LayersCard)),
    help: () => import('../i18n/ground').then(({ groundTexts }) => (language) => groundTexts(language).help),
  },
];

export const toolIcon = (name: keyof typeof toolIcons): string => toolIcons[name];
