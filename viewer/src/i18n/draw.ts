// Texts of drawing, in both languages; fetched with it.
//
// In: a language. Out: texts.
import type { HelpRow } from './help';
import type { Language } from './words';

const zh = {
  kind: '画什么',
  kinds: { polygon: '区域', line: '线', point: '点' },
  start: { polygon: '逐点点击边界，双击或按回车结束。', line: '逐点点击，双击或按回车结束。', point: '点击一处。' },
  undo: '撤回一点',
  finish: '完成',
  drop: '放弃',
  area: '面积',
  around: '周长',
  length: '长度',
  place: '经纬度',
  crossing: '边线互相交叉，面积不准：拖动角点理顺。',
  list: '画过的图形',
  empty: '画过的图形会列在这里，保存在这台设备的浏览器里。',
  rename: '改名',
  name: '名称',
  remove: '删除',
  removeAll: '全部删除',
  corner: (n: number) => `角点 ${n}`,
  cornerHelp: '拖动，或按方向键（按住 Shift 每次 1 米），Delete 删除',
  inside: '里面有什么',
  asking: '正在查询…',
  away: '服务器没有回答，请稍后再查。',
  refused: '服务器没能查询这个区域：边线是否交叉？',
  found: (devices: number, buildings: number) => `设备 ${devices} 台，楼栋 ${buildings} 栋`,
  foundNone: '里面没有设备和楼栋。',
  foundCut: '结果较多，只列出前 1000 个。',
  exportAll: '导出 GeoJSON',
  exportNone: '这个社区没有地理坐标，不能导出经纬度。',
  importFile: '导入文件',
  paste: '粘贴导入',
  pasteHere: '把 GeoJSON 粘贴到这里',
  take: '导入',
  taken: (n: number) => `已导入 ${n} 个图形`,
  failed: {
    'no-json': '不是 JSON 文件，没有导入。',
    'no-geojson': '不是 GeoJSON（经纬度、WGS 84），没有导入。',
    'too-large': '图形太多，没有导入：最多 500 个图形、每个 1000 个点、共 20000 个点、5 MB。',
    'too-far': '图形离这个社区 50 公里以上，没有导入。',
    nothing: '文件里没有点、线或区域。',
  },
  help: [['Enter', '结束图形（绘制时）'], ['Backspace', '撤回一点（绘制时）'], ['Esc', '放弃正在画的图形'], ['← ↑ → ↓', '移动选中的角点，Shift 每次 1 米'], ['Delete', '删除选中的角点']],
};

export type DrawDictionary = typeof zh;

const en: DrawDictionary = {
  kind: 'What to draw',
  kinds: { polygon: 'Area', line: 'Line', point: 'Point' },
  start: { polygon: 'Press the corners one by one; double-click or Enter ends.', line: 'Press points one by one; double-click or Enter ends.', point: 'Press a place.' },
  undo: 'Take back a point',
  finish: 'Done',
  drop: 'Give up',
  area: 'Area',
  around: 'Perimeter',
  length: 'Length',
  place: 'Longitude, latitude',
  crossing: 'Its sides cross, so the area is not right: drag the corners apart.',
  list: 'Shapes',
  empty: 'What you draw is listed here and kept in this browser.',
  rename: 'Rename',
  name: 'Name',
  remove: 'Delete',
  removeAll: 'Delete all',
  corner: (n) => `Corner ${n}`,
  cornerHelp: 'Drag, or press arrow keys (with Shift by 1 m); Delete takes it out',
  inside: 'What is inside',
  asking: 'Looking…',
  away: 'The server did not answer; ask again in a moment.',
  refused: 'The server could not look into this area: do its sides cross?',
  found: (devices, buildings) => `${devices} ${devices === 1 ? 'device' : 'devices'}, ${buildings} ${buildings === 1 ? 'building' : 'buildings'}`,
  foundNone: 'No devices or buildings are inside.',
  foundCut: 'There are more; the first 1000 are listed.',
  exportAll: 'Export GeoJSON',
  exportNone: 'This community has no place on the Earth, so there are no longitudes to export.',
  importFile: 'Import a file',
  paste: 'Paste',
  pasteHere: 'Paste GeoJSON here',
  take: 'Import',
  taken: (n) => `${n} ${n === 1 ? 'shape' : 'shapes'} imported`,
  failed: {
    'no-json': 'This is no JSON file. Nothing was imported.',
    'no-geojson': 'This is no GeoJSON (longitude and latitude, WGS 84). Nothing was imported.',
    'too-large': 'There is too much in it: at most 500 shapes of 1,000 points, 20,000 points in all, 5 MB. Nothing was imported.',
    'too-far': 'It lies more than 50 km from this community. Nothing was imported.',
    nothing: 'There are no points, lines or areas in it.',
  },
  help: [['Enter', 'Finish the shape (while drawing)'], ['Backspace', 'Take back a point (while drawing)'], ['Esc', 'Give up the shape in hand'], ['← ↑ → ↓', 'Move the corner in focus, with Shift by 1 m'], ['Delete', 'Take out the corner in focus']],
};

export const drawTexts = (language: Language): DrawDictionary => (language === 'zh' ? zh : en);

export const helpRows = (language: Language): readonly HelpRow[] => drawTexts(language).help.map(([what = '', does = '']) => [what, does]);
