// Texts of the sheet that reads what is selected, in both languages; fetched with it.
import type { Language } from './words';

const zh = {
  clockAhead: (seconds: string) => `设备时钟快 ${seconds} 秒`,
  clockBehind: (seconds: string) => `设备时钟慢 ${seconds} 秒，或上报延迟`,
  clockOff: '偏差超过 5 秒，读数时刻不可靠。',
  readings: '最新读数',
  noReadings: '还没有读数。设备上报后会显示在这里。',
  lastReadings: (n: number, span: string) => `最近 ${n} 次：${span}`,
  range: (low: string, high: string) => `${low} 至 ${high}`,
  groundHeight: '地面高程',
  footprintArea: '占地面积',
  local: '社区坐标',
  ellipsoidHeight: '大地高',
  boundDevices: (n: number) => `所属设备（${n}）`,
  nearbyDevices: '附近设备',
  noneNearby: '附近没有设备。',
  lookupFailed: '查询失败。服务器恢复后会自动重试。',
  goneTitle: '已不存在',
  gone: '这个对象不在当前发布的版本中。',
  since: (time: string) => `自 ${time}`,
};

export type SheetDictionary = typeof zh;

const en: SheetDictionary = {
  clockAhead: (seconds) => `Its clock is ${seconds} s ahead`,
  clockBehind: (seconds) => `Its clock is ${seconds} s behind, or it sends late`,
  clockOff: 'That is more than 5 s: the times of its readings cannot be relied on.',
  readings: 'Latest readings',
  noReadings: 'No readings yet. They appear once the device reports.',
  lastReadings: (n, span) => `last ${n}: ${span}`,
  range: (low, high) => `${low} to ${high}`,
  groundHeight: 'Ground level',
  footprintArea: 'Footprint',
  local: 'Community coordinates',
  ellipsoidHeight: 'Ellipsoidal height',
  boundDevices: (n) => `Its devices (${n})`,
  nearbyDevices: 'Devices nearby',
  noneNearby: 'No devices nearby.',
  lookupFailed: 'The look-up failed. It is repeated when the server is back.',
  goneTitle: 'No longer there',
  gone: 'This object is not in the version that is published now.',
  since: (time) => `since ${time}`,
};

export const sheetTexts = (language: Language): SheetDictionary => (language === 'zh' ? zh : en);
