// Texts of the section, in both languages; fetched with it.
//
// In: a language. Out: texts.
import type { HelpRow } from './help';
import type { Language } from './words';

const zh = {
  kind: '剖切方式',
  kinds: { level: '水平', plane: '任意面', slice: '楼层', box: '盒子' },
  on: '剖切中',
  end: '不再剖切',
  start: '选一种剖切方式：实景和建筑模型一起被切开。',
  about: { level: '高于这个标高的部分被切去。', plane: '近处的部分被切去。', slice: '只留两个标高之间的部分。', box: '只留盒子里的部分。' },
  height: '标高',
  bottom: '下标高',
  top: '上标高',
  position: '位置',
  heading: '朝向',
  tilt: '倾角',
  faceView: '对准当前视线',
  flip: '换一侧',
  pickFace: '点选一个面',
  pickingFace: '在场景里点一个墙面、屋面或地面…',
  storeys: '楼层',
  from: '从',
  to: '到',
  chooseStorey: '选楼层',
  width: '宽',
  depth: '深',
  tall: '高',
  fit: '套住选中的对象',
  handles: { plane: '移动剖切面', top: '移动上面', bottom: '移动下面', east: '移动右面', west: '移动左面', north: '移动远面', south: '移动近面' },
  handleHelp: '拖动，或按方向键（按住 Shift 每次 1 米）',
  help: [['← ↑ → ↓', '移动选中的剖切手柄']],
};

export type SectionDictionary = typeof zh;

const en: SectionDictionary = {
  kind: 'How to cut',
  kinds: { level: 'Level', plane: 'Plane', slice: 'Storeys', box: 'Box' },
  on: 'Section is on',
  end: 'End the section',
  start: 'Choose how to cut: the survey and building models are cut alike.',
  about: { level: 'What is higher goes.', plane: 'What is nearer goes.', slice: 'Only what lies between two heights stays.', box: 'Only what is in the box stays.' },
  height: 'Height',
  bottom: 'Bottom',
  top: 'Top',
  position: 'Position',
  heading: 'Heading',
  tilt: 'Tilt',
  faceView: 'Face the view',
  flip: 'Other side',
  pickFace: 'Pick a face',
  pickingFace: 'Press a wall, a roof or the ground in the scene…',
  storeys: 'Storeys',
  from: 'From',
  to: 'To',
  chooseStorey: 'Choose a storey',
  width: 'Width',
  depth: 'Depth',
  tall: 'Height',
  fit: 'Fit the selection',
  handles: { plane: 'Move the plane', top: 'Move the top', bottom: 'Move the bottom', east: 'Move the right side', west: 'Move the left side', north: 'Move the far side', south: 'Move the near side' },
  handleHelp: 'Drag, or press arrow keys (with Shift by 1 m)',
  help: [['← ↑ → ↓', 'Move the handle in focus']],
};

export const sectionTexts = (language: Language): SectionDictionary => (language === 'zh' ? zh : en);

export const helpRows = (language: Language): readonly HelpRow[] => sectionTexts(language).help.map(([what = '', does = '']) => [what, does]);
