// Texts of the tool that colours by a property, in both languages.
//
// In: a language. Out: texts. Fetched with its card.
import type { Language } from './words';

const zh = {
  what: '对象',
  by: '按',
  choose: '请选择…',
  intro: '按一项属性或读数给对象上色。先选对象，再选依据。',
  method: '分级',
  methods: { quantile: '等数量', equal: '等间距', own: '自定分界' },
  classes: '级数',
  breaks: '分界值',
  breaksHint: '最多 6 个，用逗号隔开',
  breaksWrong: '只能是数字，用逗号隔开，最多 6 个。',
  legend: '图例',
  below: (to: string) => `${to} 以下`,
  from: (from: string) => `${from} 及以上`,
  all: '全部相同',
  others: '其他',
  missing: '没有数据',
  alone: (name: string) => `只看：${name}`,
  showAll: '显示全部',
  off: '恢复原色',
  none: '没有可以着色的对象。',
  noKeys: '这些对象没有可以区分它们的属性。',
  counted: (n: number, missing: number) => `共 ${n} 个${missing > 0 ? `，其中 ${missing} 个没有数据，显示为灰色` : ''}`,
  latest: '取各设备的最新读数',
  reading: '读数',
};

export type ColourDictionary = typeof zh;

const en: ColourDictionary = {
  what: 'Objects',
  by: 'By',
  choose: 'Choose…',
  intro: 'Colours objects by a property or a reading. Choose the objects, then what to colour them by.',
  method: 'Classes',
  methods: { quantile: 'Equal counts', equal: 'Equal steps', own: 'Own breaks' },
  classes: 'How many',
  breaks: 'Breaks',
  breaksHint: 'up to 6, with commas',
  breaksWrong: 'Numbers only, with commas between them, up to 6.',
  legend: 'Legend',
  below: (to) => `below ${to}`,
  from: (from) => `${from} and above`,
  all: 'all the same',
  others: 'Others',
  missing: 'No data',
  alone: (name) => `Show alone: ${name}`,
  showAll: 'Show all',
  off: 'Own colours again',
  none: 'There is nothing to colour.',
  noKeys: 'Nothing is known that would tell these objects apart.',
  counted: (n, missing) => `${n} in all${missing > 0 ? `; ${missing} without data, in grey` : ''}`,
  latest: 'Latest reading of each device',
  reading: 'Readings',
};

export const colourTexts = (language: Language): ColourDictionary => (language === 'zh' ? zh : en);
