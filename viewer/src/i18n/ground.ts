// Texts of layer tree, search, undo, settings and the first visit, in both languages; fetched with them.
import type { HelpRow } from './help';
import type { Language } from './words';

const zh = {
  undo: '撤销视图操作',
  redo: '重做视图操作',
  settings: '设置',

  searchTree: '在图层中查找',
  tree: '图层',
  devices: '设备',
  projects: '更新项目',
  reports: '居民上报',
  showNode: (name: string) => `显示${name}`,
  hideNode: (name: string) => `隐藏${name}`,
  isolateNode: (name: string) => `只看${name}`,
  showAll: '全部显示',
  loading: '正在查询…',
  failed: '没有查到。收起后再展开会重试。',
  emptyTree: '还没有可以列出的内容。发布社区后会出现在这里。',
  noMatch: '已展开的部分中没有这个名称。要在整个社区中查找，请用列表上方的搜索框。',
  treeKeys: '上下键移动，左右键展开收起，回车前往，空格显示或隐藏，I 键只看',
  collapse: '收起',
  expand: '展开',

  found: (n: number) => (n === 0 ? '没有找到' : `找到 ${n} 项`),
  groups: { devices: '设备', zones: '组团', buildings: '楼栋', storeys: '楼层', elements: '构件', spaces: '空间' },
  moreFound: (n: number) => `另有 ${n} 项，多输入几个字可以缩小范围`,
  searching: '正在模型中查找…',
  searchFailed: '模型没有查到，请检查网络后再试。',
  nothingFound: '没有找到。可以输入名称、编号、地址、类别、材料或属性值。',
  goneFound: '这一项没有查到，它可能已不在当前版本中。',

  language: '语言',
  theme: '外观',
  themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
  quality: '画质',
  qualities: { auto: '自动', high: '精细', saving: '节省' },
  qualityNote: { auto: '随画面流畅程度调整。', high: '最清晰，较费显卡和电量。', saving: '较粗略，适合旧电脑和省电。' },
  reduced: '为了流畅，现在略低于屏幕的清晰度。',
  memory: '实景内存上限',
  memoryAuto: '自动',
  memoryNote: '到上限时，整个画面会均匀变粗，不会卡住。',

  steps: [
    { title: '这里是社区的实景', text: '航拍得到的三维社区，和其中的设备、楼栋、建筑模型。图标的形状和颜色说明设备的状态。' },
    { title: '怎样移动', text: '左键拖动平移，右键拖动旋转，滚轮缩放，双击前往。', touch: '单指拖动平移，双指旋转和缩放，双击前往。' },
    { title: '到哪里找', text: '左边的列表可以搜索设备、楼栋、构件和属性；上方的工具可以分图层显示、量测和剖切；右上角的问号是操作帮助。', touch: '下方的面板可以搜索设备、楼栋、构件和属性；上方的扳手是工具，问号是操作帮助。' },
  ] as { readonly title: string; readonly text: string; readonly touch?: string }[],
  stepOf: (n: number, all: number) => `第 ${n} 步，共 ${all} 步`,
  next: '下一步',
  previous: '上一步',
  begin: '开始使用',
  skip: '跳过',
  firstVisit: '认识这个社区',
  again: '再看一遍入门介绍',

  help: [['↑　↓', '在图层中移动'], ['→　←', '展开，收起'], ['空格', '显示或隐藏'], ['I', '只看这一项'], ['回车', '前往'], ['Ctrl＋Z', '撤销视图操作'], ['Ctrl＋Shift＋Z', '重做']] as HelpRow[],
};

export type GroundDictionary = typeof zh;

const en: GroundDictionary = {
  undo: 'Undo view change',
  redo: 'Redo view change',
  settings: 'Settings',

  searchTree: 'Find in layers',
  tree: 'Layers',
  devices: 'Devices',
  projects: 'Projects of renewal',
  reports: 'Reports of residents',
  showNode: (name) => `Show ${name}`,
  hideNode: (name) => `Hide ${name}`,
  isolateNode: (name) => `Show ${name} alone`,
  showAll: 'Show everything',
  loading: 'Looking it up…',
  failed: 'Could not be looked up. Close and open it to try again.',
  emptyTree: 'Nothing to list yet. It appears here once a community is published.',
  noMatch: 'Nothing that is open has this name. To look through the whole community, use the search above the list.',
  treeKeys: 'Up and down move, left and right open and close, Enter goes there, Space shows or hides, I shows alone',
  collapse: 'Close',
  expand: 'Open',

  found: (n) => (n === 0 ? 'Nothing found' : `${n} found`),
  groups: { devices: 'Devices', zones: 'Zones', buildings: 'Buildings', storeys: 'Storeys', elements: 'Elements', spaces: 'Spaces' },
  moreFound: (n) => `${n} more; type more to narrow it down`,
  searching: 'Searching the models…',
  searchFailed: 'The models could not be searched. Check the network and try again.',
  nothingFound: 'Nothing found. Try a name, id, address, class, material or the value of a property.',
  goneFound: 'This could not be looked up; it may no longer be in the published version.',

  language: 'Language',
  theme: 'Appearance',
  themes: { auto: 'System', light: 'Light', dark: 'Dark' },
  quality: 'Quality',
  qualities: { auto: 'Auto', high: 'High', saving: 'Saving' },
  qualityNote: { auto: 'Follows how smoothly it runs.', high: 'Sharpest; takes more of the graphics card and battery.', saving: 'Coarser; for old computers and batteries.' },
  reduced: 'To run smoothly, it is a little less sharp than the screen now.',
  memory: 'Memory for the scene',
  memoryAuto: 'Auto',
  memoryNote: 'At the limit the whole picture gets evenly coarser instead of stuck.',

  steps: [
    { title: 'This is the community', text: 'A survey in three dimensions, with the devices, buildings and building models in it. Shape and colour of a symbol tell the state of a device.' },
    { title: 'How to move', text: 'Drag to move, right-drag to rotate, wheel to zoom, double-click to go there.', touch: 'One finger moves, two rotate and zoom, double-tap goes there.' },
    { title: 'Where to find things', text: 'The list on the left searches devices, buildings, elements and properties. The tools on top show layers, measure and cut. The question mark explains all keys.', touch: 'The panel below searches devices, buildings, elements and properties. The wrench on top has the tools, the question mark the help.' },
  ],
  stepOf: (n, all) => `Step ${n} of ${all}`,
  next: 'Next',
  previous: 'Back',
  begin: 'Start',
  skip: 'Skip',
  firstVisit: 'A first look',
  again: 'Show the introduction again',

  help: [['↑  ↓', 'Move in the layers'], ['→  ←', 'Open, close'], ['Space', 'Show or hide'], ['I', 'Show alone'], ['Enter', 'Go there'], ['Ctrl + Z', 'Undo view change'], ['Ctrl + Shift + Z', 'Redo']],
};

export const groundTexts = (language: Language): GroundDictionary => (language === 'zh' ? zh : en);
