// Texts of the table of objects in view, in both languages.
//
// In: a language. Out: texts. Fetched with the table.
import type { Language } from './words';

const zh = {
  what: '对象',
  filter: '筛选表中内容',
  columns: '列',
  export: '导出 CSV',
  count: (rows: number, inView: number, all: number) => (rows === inView ? `视野内 ${inView} 个，共 ${all} 个` : `筛出 ${rows} 个，视野内 ${inView} 个，共 ${all} 个`),
  cutOff: (most: number) => `最多列出 ${most} 行；请走近一些，或加上筛选。`,
  noneInView: '视野内没有这类对象。移动或缩小视图，表格会随之更新。',
  noMatch: '没有符合筛选的行。',
  sortBy: (name: string) => `按${name}排序`,
  rule: '按对象的中点判断是否在视野内；被遮挡的也算。单击选中，双击或回车前往。',
  file: (community: string) => `${community}-视野内对象`,
};

export type TableDictionary = typeof zh;

const en: TableDictionary = {
  what: 'Objects',
  filter: 'Narrow the table',
  columns: 'Columns',
  export: 'Export CSV',
  count: (rows, inView, all) => (rows === inView ? `${inView} in view of ${all}` : `${rows} found, ${inView} in view of ${all}`),
  cutOff: (most) => `At most ${most} rows are listed; go nearer, or narrow the table.`,
  noneInView: 'Nothing of this kind is in view. Move or zoom out, and the table follows.',
  noMatch: 'No row matches.',
  sortBy: (name) => `Sort by ${name}`,
  rule: 'In view is whose middle is, also behind something. A click selects; a double click or Enter goes there.',
  file: (community) => `${community}-in-view`,
};

export const tableTexts = (language: Language): TableDictionary => (language === 'zh' ? zh : en);
