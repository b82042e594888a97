// Texts of pictures, in both languages; fetched with them.
//
// In: a language. Out: texts.
import type { Language } from './words';

const zh = {
  size: '尺寸',
  sizes: { screen: '屏幕大小', a4: 'A4 横向 300 dpi' },
  title: '标题',
  make: '生成预览',
  again: '重新生成',
  save: '保存 PNG',
  busy: '正在绘制，先等精细的瓦片…',
  failed: '这张图没有画成：图形内存可能不够，换小一点的尺寸再试。',
  coarse: '部分精细瓦片没有及时到，画面较粗；稍等再生成一次会更清晰。',
  preview: '图片预览',
  note: '图上带标题、比例尺、指北针、图例、时间和来源。',
  north: '北',
  middle: '（画面中部）',
  source: (name: string, version: string) => `来源：${name}，发布版本 ${version}`,
  made: (time: string) => `制图 ${time}`,
  past: (time: string) => `设备和告警是 ${time} 的`,
  legend: { measure: '量测', draw: '绘制', section: '剖切', devices: '设备状态' },
};

type Dictionary = typeof zh;

const en: Dictionary = {
  size: 'Size',
  sizes: { screen: 'As on screen', a4: 'A4 landscape, 300 dpi' },
  title: 'Title',
  make: 'Preview',
  again: 'Draw again',
  save: 'Save PNG',
  busy: 'Drawing; waiting for finer tiles…',
  failed: 'The picture could not be drawn: graphics memory may be short. Try a smaller size.',
  coarse: 'Some finer tiles did not come in time. Draw again in a moment for a sharper picture.',
  preview: 'Preview of the picture',
  note: 'With title, scale, north arrow, legend, time and source.',
  north: 'N',
  middle: ' (middle of the picture)',
  source: (name, version) => `Source: ${name}, publication ${version}`,
  made: (time) => `Made ${time}`,
  past: (time) => `Devices and alarms as of ${time}`,
  legend: { measure: 'Measurements', draw: 'Shapes', section: 'Section', devices: 'State of devices' },
};

export const pictureTexts = (language: Language): Dictionary => (language === 'zh' ? zh : en);
