// The tools of the bar in their order, each with its icon, its key and its card, which comes when it
// is first opened.
import toolIcons from '../../../assets/icons/tools.json';
import type { ToolName } from '../state/tools';
import { later, type Later } from './later';

export interface ToolEntry {
  readonly name: ToolName;
  readonly icon: keyof typeof toolIcons;
  /** The key that opens and closes it, lower case. */
  readonly key: string;
  readonly Card: Later<object>;
}

export const TOOL_ENTRIES: readonly ToolEntry[] = [
  { name: 'measure', icon: 'ruler', key: 'm', Card: later(() => import('./MeasureCard').then((module) => module.MeasureCard)) },
  { name: 'section', icon: 'square-split-vertical', key: 'x', Card: later(() => import('./SectionCard').then((module) => module.SectionCard)) },
  { name: 'colour', icon: 'palette', key: 'c', Card: later(() => import('./ColourCard').then((module) => module.ColourCard)) },
  { name: 'compare', icon: 'columns-2', key: 'b', Card: later(() => import('./CompareCard').then((module) => module.CompareCard)) },
  { name: 'time', icon: 'history', key: 't', Card: later(() => import('./TimeCard').then((module) => module.TimeCard)) },
  { name: 'sun', icon: 'sun-medium', key: 'u', Card: later(() => import('./SunCard').then((module) => module.SunCard)) },
  { name: 'table', icon: 'table-2', key: 'o', Card: later(() => import('./TableCard').then((module) => module.TableCard)) },
];

export const toolIcon = (name: keyof typeof toolIcons): string => toolIcons[name];
