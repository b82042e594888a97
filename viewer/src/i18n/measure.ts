// Texts of measuring, in both languages; fetched with it. Also how a measured figure is written.
//
// In: a language. Out: texts.
import type { HelpRow } from './help';
import type { Language } from './words';

const zh = {
  kind: '量什么',
  kinds: { distance: '距离', height: '高差', area: '面积', angle: '角度' },
  start: {
    distance: '在场景里逐点点击，双击或按回车结束。',
    height: '点击下面一点和上面一点。',
    area: '逐点点击边界，双击或按回车结束。',
    angle: '点击一边、顶点、另一边。',
  },
  caught: { corner: '已吸附到角点', edge: '已吸附到棱边', surface: '表面点' },
  snapHelp: '靠近角点和棱边会吸附，按住 Alt 不吸附。',
  snapTouch: '靠近角点和棱边会吸附。',
  undo: '撤回一点',
  finish: '完成',
  drop: '放弃',
  length: '总长',
  legs: (n: number) => `${n} 段`,
  rise: '垂直',
  level: '水平',
  slant: '斜距',
  levelArea: '水平面积',
  surfaceArea: '真实面积',
  around: '周长',
  angle: '夹角',
  list: '量测结果',
  empty: '量过的会列在这里，并随网址一起分享。',
  copy: '复制',
  copyAll: '复制为表格（CSV）',
  copied: '已复制',
  copyFailed: '浏览器不允许复制',
  rename: '改名',
  name: '名称',
  remove: '删除',
  removeAll: '全部删除',
};

export type MeasureDictionary = typeof zh;

const en: MeasureDictionary = {
  kind: 'What to measure',
  kinds: { distance: 'Distance', height: 'Height', area: 'Area', angle: 'Angle' },
  start: {
    distance: 'Press points in the scene one by one; double-click or Enter ends.',
    height: 'Press the lower and the upper point.',
    area: 'Press the corners one by one; double-click or Enter ends.',
    angle: 'Press one side, the corner, the other side.',
  },
  caught: { corner: 'Snapped to a corner', edge: 'Snapped to an edge', surface: 'On a surface' },
  snapHelp: 'Points snap to corners and edges; hold Alt for none.',
  snapTouch: 'Points snap to corners and edges.',
  undo: 'Take back a point',
  finish: 'Done',
  drop: 'Give up',
  length: 'Length',
  legs: (n) => `${n} legs`,
  rise: 'Vertical',
  level: 'Horizontal',
  slant: 'Slant',
  levelArea: 'Area on the map',
  surfaceArea: 'True area',
  around: 'Perimeter',
  angle: 'Angle',
  list: 'Measurements',
  empty: 'What you measure is listed here, and goes with the address when you share it.',
  copy: 'Copy',
  copyAll: 'Copy as a table (CSV)',
  copied: 'Copied',
  copyFailed: 'The browser does not allow copying',
  rename: 'Rename',
  name: 'Name',
  remove: 'Delete',
  removeAll: 'Delete all',
};

export const measureTexts = (language: Language): MeasureDictionary => (language === 'zh' ? zh : en);

const UNIT = { m: '\u202fm', m2: '\u202fm²', deg: '°' } as const;

/** A measured figure: two digits, so that figures stand below each other; one for angles. */
export function measured(value: number, unit: keyof typeof UNIT, language: Language): string {
  const digits = unit === 'deg' ? 1 : 2;
  const format = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const text = format.format(value);
  // Less than what is written is nothing, and has no sign.
  return `${/^-[0.]+$/.test(text) ? text.slice(1) : text.replace(/^-/, '−')}${UNIT[unit]}`;
}

const HELP: Readonly<Record<Language, readonly HelpRow[]>> = {
  zh: [['Alt', '不吸附（量测、绘制时）'], ['Backspace', '撤回一点'], ['Enter', '结束']],
  en: [['Alt', 'No snapping (measuring, drawing)'], ['Backspace', 'Take back a point'], ['Enter', 'End']],
};

/** Rows of the help sheet. */
export const helpRows = (language: Language): readonly HelpRow[] => HELP[language];
