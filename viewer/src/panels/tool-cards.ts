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
  { name: 'desk', icon: 'message-square', key: 'r', Card: later(() => import('./DeskCard').then((module) => module.DeskCard)), help: () => import('../i18n/desk').then((module) => module.helpRows) },
  {
    name: 'layers',
    icon: 'layers',
    key: 'l',
    Card: later(() => import('./LayersCard').then((module) => module.LayersCard)),
    help: () => import('../i18n/ground').then(({ groundTexts }) => (language) => groundTexts(language).help),
  },
  { name: 'measure', icon: 'ruler', key: 'm', Card: later(() => import('./MeasureCard').then((module) => module.MeasureCard)), help: () => import('../i18n/measure').then((module) => module.helpRows) },
  { name: 'section', icon: 'square-split-vertical', key: 'x', Card: later(() => import('./SectionCard').then((module) => module.SectionCard)), help: () => import('../i18n/section').then((module) => module.helpRows) },
  { name: 'draw', icon: 'pentagon', key: 'd', Card: later(() => import('./DrawCard').then((module) => module.DrawCard)), help: () => import('../i18n/draw').then((module) => module.helpRows) },
  { name: 'colour', icon: 'palette', key: 'c', Card: later(() => import('./ColourCard').then((module) => module.ColourCard)) },
  { name: 'compare', icon: 'columns-2', key: 'b', Card: later(() => import('./CompareCard').then((module) => module.CompareCard)), help: () => import('../i18n/compare').then((module) => module.helpRows) },
  { name: 'time', icon: 'history', key: 't', Card: later(() => import('./TimeCard').then((module) => module.TimeCard)) },
  { name: 'sun', icon: 'sun-medium', key: 'u', Card: later(() => import('./SunCard').then((module) => module.SunCard)) },
  { name: 'walk', icon: 'footprints', key: 'w', Card: later(() => import('./WalkCard').then((module) => module.WalkCard)), help: () => import('../i18n/walk').then((module) => module.helpRows) },
  { name: 'table', icon: 'table-2', key: 'o', Card: later(() => import('./TableCard').then((module) => module.TableCard)) },
  { name: 'snapshot', icon: 'camera', key: 'p', Card: later(() => import('./PictureCard').then((module) => module.PictureCard)) },
];

export const toolIcon = (name: keyof typeof toolIcons): string => toolIcons[name];
