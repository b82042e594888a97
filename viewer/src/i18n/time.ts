// Texts of the strip of time, in both languages.
//
// In: a language. Out: texts. Fetched with the strip.
import type { Language } from './words';

const zh = {
  live: '实时',
  showsPast: (time: string) => `显示的是 ${time} 的设备和告警，不是现在的`,
  showsNow: '拖动滑块，看过去的设备状态和告警',
  loading: (time: string) => `正在取 ${time} 的读数…`,
  failed: '这一时刻的读数没有取到。请检查网络，再移动滑块。',
  gone: '这一时刻的读数已过保存期限。请选较近的时刻。',
  slider: '时刻',
  ranges: { hours: '6 小时', day: '24 小时', week: '7 天', month: '28 天' },
  range: '范围',
  play: '播放',
  pause: '暂停',
  back: '后退一步',
  on: '前进一步',
  earlier: '上一个告警',
  later: '下一个告警',
  speed: '速度',
  times: (n: number) => `${n}×`,
  noAlarms: '这段时间没有告警',
  alarmsFailed: '告警记录没有查到，稍后再试',
  alarmsLooking: '正在查告警记录…',
  alarmsMore: '告警很多，这里只画出最近 5000 条',
  alarmsInBin: (n: number, time: string) => `${time}：${n} 条告警`,
  alarms: (n: number) => `${n} 条告警`,
};

export type TimeDictionary = typeof zh;

const en: TimeDictionary = {
  live: 'Live',
  showsPast: (time) => `Devices and alarms as of ${time}, not as they are now`,
  showsNow: 'Drag to see devices and alarms as they were',
  loading: (time) => `Fetching readings of ${time}…`,
  failed: 'The readings of this moment did not come. Check the network and move the slider again.',
  gone: 'The readings of this moment are no longer kept. Choose a later one.',
  slider: 'Moment',
  ranges: { hours: '6 hours', day: '24 hours', week: '7 days', month: '28 days' },
  range: 'Range',
  play: 'Play',
  pause: 'Pause',
  back: 'One step back',
  on: 'One step on',
  earlier: 'Previous alarm',
  later: 'Next alarm',
  speed: 'Speed',
  times: (n) => `${n}×`,
  noAlarms: 'No alarms in this time',
  alarmsFailed: 'The alarms could not be looked up; try again later',
  alarmsLooking: 'Looking up alarms…',
  alarmsMore: 'Many alarms: the latest 5,000 are drawn',
  alarmsInBin: (n, time) => `${time}: ${n} ${n === 1 ? 'alarm' : 'alarms'}`,
  alarms: (n) => `${n} ${n === 1 ? 'alarm' : 'alarms'}`,
};

export const timeTexts = (language: Language): TimeDictionary => (language === 'zh' ? zh : en);
