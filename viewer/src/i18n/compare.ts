// Texts of the comparison, in both languages.
//
// In: a language. Out: texts. Fetched with its card, and with the choice of models in a building's sheet.
import type { HelpRow } from './help';
import type { Language } from './words';

const zh = {
  swipe: '卷帘',
  beside: '并排',
  mode: '方式',
  existing: '现状',
  planned: '规划',
  left: '左侧',
  right: '右侧',
  exchange: '左右互换',
  survey: '实景',
  existingModel: '现状模型',
  plannedModel: '规划模型',
  surveyOf: '实景来源',
  usual: '当前实景',
  noSurvey: '不显示实景',
  devices: '设备',
  time: '时刻',
  present: '现在',
  asking: '正在取这一时刻的读数…',
  failed: '这一时刻的读数没有取到，这一侧不显示设备。请检查网络。',
  gone: '这一时刻的读数已过保存期限，这一侧不显示设备。请选较近的时刻。',
  again: '再取一次',
  divider: '分界线，方向键移动',
  nothing: '这个社区还没有建筑模型，也只有一次实景，可以比较的只有设备的两个时刻。发布规划模型后，这里可以对比现状与规划。',
  none: '不选',
  project: '更新项目',
  plan: '项目方案',
  choosePlan: '请选择…',
  plans: {
    asking: '正在读取项目的方案…', gone: '没有找到这个项目，或它还没有公开。', failed: '项目的方案没有读到，请检查网络后重新选择。',
    nothing: '这个项目还没有关联已发布模型的方案。在项目页面给方案选择模型后，这里可以对比。',
  },
  shows: '这栋楼显示',
  instead: '模型显示时，实景中的这栋楼让位。',
  help: [['← →', '移动分界线'], ['PageUp　PageDown', '分界线移动得更多'], ['Home　End', '分界线到边上']],
};

export type CompareDictionary = typeof zh;

const en: CompareDictionary = {
  swipe: 'Swipe',
  beside: 'Side by side',
  mode: 'Way',
  existing: 'Existing',
  planned: 'Planned',
  left: 'Left',
  right: 'Right',
  exchange: 'Exchange sides',
  survey: 'Survey',
  existingModel: 'Existing model',
  plannedModel: 'Planned model',
  surveyOf: 'Survey',
  usual: 'Current survey',
  noSurvey: 'No survey',
  devices: 'Devices',
  time: 'Time',
  present: 'Now',
  asking: 'Fetching the readings of this moment…',
  failed: 'The readings of this moment did not come, so this side shows no devices. Check the network.',
  gone: 'The readings of this moment are no longer kept, so this side shows no devices. Choose a later one.',
  again: 'Ask again',
  divider: 'Divider; arrow keys move it',
  nothing: 'This community has no building model yet and one survey only: two moments of its devices are all there is to compare. Once a planned model is published, existing and planned can be compared here.',
  none: 'none',
  project: 'Project',
  plan: 'Alternative',
  choosePlan: 'Choose…',
  plans: {
    asking: 'Reading the alternatives…', gone: 'There is no such project, or it is not public yet.', failed: 'The alternatives could not be read. Check the network and choose again.',
    nothing: 'No alternative of this project names a model of the publication yet. Once one does, on the page of the project, it can be a side.',
  },
  shows: 'This building as',
  instead: 'While a model is shown, the building in the survey gives way.',
  help: [['← →', 'Move the divider'], ['PageUp  PageDown', 'Move it farther'], ['Home  End', 'Move it to an edge']],
};

export const compareTexts = (language: Language): CompareDictionary => (language === 'zh' ? zh : en);

export const helpRows = (language: Language): readonly HelpRow[] => compareTexts(language).help.map(([what = '', does = '']) => [what, does]);
