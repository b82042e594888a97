// Texts of the strip of time where it follows works, in both languages.
//
// In: a language. Out: texts. Fetched with the strip.
import type { Language } from './words';

const zh = {
  follows: '时间轴显示',
  of: { devices: '设备历史', works: '工程计划' },
  asking: '正在读取项目工期…',
  failed: '项目工期没有取到。',
  again: '再试一次',
  denied: '登录后才能看项目工期。',
  none: '还没有项目写明工期。',
  noneHere: '这段时间没有工期。请换一个范围。',
  cut: '项目很多，这里只列出 1000 个',
  isToday: (day: string) => `今天，${day}`,
  planned: (day: string) => `${day}，按计划`,
  then: (day: string) => `${day}，已过去`,
  nobody: '没有施工',
  worked: (n: number) => `${n} 个项目施工`,
  stretch: '范围',
  stretches: { quarter: '4 个月', year: '一年', all: '全部' },
  slider: '日期',
  today: '今天',
  earlier: '上一次开工或完工',
  later: '下一次开工或完工',
  show: (name: string) => `查看 ${name}`,
  phase: (name: string, from: string, to: string) => `${name}：${from} 至 ${to}`,
  doneOn: (day: string) => `${day} 完成`,
  late: '已过期，尚未完成',
  notice: (from: string, to: string) => `公示：${from} 至 ${to}`,
  rows: '各项目的工期',
  stages: { approved: '尚未开工', works: '施工中', done: '已完工' },
  chip: (day: string) => `工程 ${day}`,
  end: '回到现在',
};

export type WorksTexts = typeof zh;

const en: WorksTexts = {
  follows: 'The strip shows',
  of: { devices: 'Devices', works: 'Works' },
  asking: 'Reading the phases of projects…',
  failed: 'The phases of projects did not come.',
  again: 'Try again',
  denied: 'Sign in to see the phases of projects.',
  none: 'No project names its phases yet.',
  noneHere: 'No phase falls in this time. Choose another range.',
  cut: 'Many projects: 1,000 are listed',
  isToday: (day) => `Today, ${day}`,
  planned: (day) => `${day}, as planned`,
  then: (day) => `${day}, in the past`,
  nobody: 'no works',
  worked: (n) => `works of ${n} ${n === 1 ? 'project' : 'projects'}`,
  stretch: 'Range',
  stretches: { quarter: '4 months', year: 'A year', all: 'All' },
  slider: 'Day',
  today: 'Today',
  earlier: 'Previous beginning or end',
  later: 'Next beginning or end',
  show: (name) => `Show ${name}`,
  phase: (name, from, to) => `${name}: ${from} to ${to}`,
  doneOn: (day) => `done on ${day}`,
  late: 'overdue, not done',
  notice: (from, to) => `Notice: ${from} to ${to}`,
  rows: 'Phases of projects',
  stages: { approved: 'not begun', works: 'being built', done: 'built' },
  chip: (day) => `Works on ${day}`,
  end: 'Back to now',
};

export const worksTexts = (language: Language): WorksTexts => (language === 'zh' ? zh : en);
