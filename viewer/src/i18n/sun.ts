// Texts of the sunlight tool, in both languages.
//
// In: a language. Out: texts. Fetched with its card.
import type { Language } from './words';

const zh = {
  day: '日期',
  hour: '时刻',
  terms: { winter: '冬至', coldest: '大寒', equinox: '春分', summer: '夏至' },
  shortcuts: '节气',
  play: '播放一天',
  pause: '暂停',
  stands: (azimuth: string, altitude: string) => `太阳方位 ${azimuth}，高度 ${altitude}`,
  night: '太阳在地平线以下',
  noShadows: '画质设为“节省”时不画阴影；日照时数照常计算。',
  clock: (zone: string) => `时刻按 ${zone}；太阳位置按社区的经纬度计算。`,
  tap: '点按墙面、窗台或地面，看那里当天的日照时数。',
  hours: (hours: string) => `当天日照 ${hours}`,
  window: (from: number, to: number, hours: string) => `其中真太阳时 ${from}–${to} 时：${hours}`,
  none: '当天照不到太阳',
  reckoning: (share: string) => `正在计算… ${share}`,
  duration: (h: number, min: number) => (min === 0 ? `${h} 小时` : `${h} 小时 ${min} 分`),
  rule: '住宅日照标准（GB 50180-2018 表 4.0.9）：按气候区和城市规模，大寒日不少于 2 或 3 小时（真太阳时 8–16 时），或冬至日不少于 1 小时（9–15 时），以底层窗台面起算；旧区改建中的新建住宅可降低，但大寒日不少于 1 小时。',
  limits: '这里每 10 分钟投一次光线，只计已加载的实景和模型，误差约 ±10 分钟；可作比较，不能代替日照分析报告。',
  noPlace: '这个社区没有经纬度，无法计算太阳位置。请在构建方案中写明坐标系。',
  clear: '清除这一点',
};

export type SunDictionary = typeof zh;

const en: SunDictionary = {
  day: 'Day',
  hour: 'Hour',
  terms: { winter: 'Winter solstice', coldest: 'Great Cold', equinox: 'Equinox', summer: 'Summer solstice' },
  shortcuts: 'Days of the year',
  play: 'Play the day',
  pause: 'Pause',
  stands: (azimuth, altitude) => `Sun at ${azimuth}, ${altitude} high`,
  night: 'The sun is below the horizon',
  noShadows: 'No shadows are drawn while the quality is set to save; sunshine is reckoned all the same.',
  clock: (zone) => `Hours are ${zone}; the sun is that of the community’s place.`,
  tap: 'Tap a wall, a sill or the ground for its hours of sun on this day.',
  hours: (hours) => `${hours} of sun on this day`,
  window: (from, to, hours) => `of these ${hours} between ${from} and ${to} h solar time`,
  none: 'No sun on this day',
  reckoning: (share) => `Reckoning… ${share}`,
  duration: (h, min) => (min === 0 ? `${h} h` : `${h} h ${min} min`),
  rule: 'Chinese rule for dwellings (GB 50180-2018, table 4.0.9): by climate zone and size of the city at least 2 or 3 hours on Great Cold day (8–16 h solar time) or 1 hour at the winter solstice (9–15 h), at the sill of the lowest floor; where old quarters are renewed, new dwellings need at least 1 hour on Great Cold day.',
  limits: 'One ray each 10 minutes against the survey and models that are loaded: good to about 10 minutes, for comparison, and no substitute for a sunshine report.',
  noPlace: 'This community has no longitude and latitude, so the sun’s place is not known. State the coordinate system in the build plan.',
  clear: 'Clear this point',
};

export const sunTexts = (language: Language): SunDictionary => (language === 'zh' ? zh : en);
