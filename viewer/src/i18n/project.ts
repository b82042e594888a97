// What people read of projects of renewal, in both languages. Words are those of renewal, as the server's course has them.
import type { Project, ProjectEntry, ProjectState } from '../api/projects';
import type { Language } from './words';

type Effect = NonNullable<Project['effects']>[number]['kind'];
type Role = NonNullable<Project['plan']['parties']>[number]['role'];
type Deed = Extract<ProjectEntry['event'], { type: 'done' }>['deed'];

const zh = {
  states: {
    draft: '编制中', declared: '已申报', screened: '初审通过', assessed: '评审通过', verified: '复核通过', notice: '公示中', noticed: '公示期满',
    approved: '已入库', works: '施工中', suspended: '已停工', completed: '已竣工', evaluated: '已评价', rejected: '不予通过', withdrawn: '已撤回',
  } satisfies Readonly<Record<ProjectState, string>>,
  kinds: {
    infrastructure: '基础设施升级类', data_services: '数据服务完善类', scenarios: '应用场景迭代类', operation: '运营管理提质类', participation: '治理参与强化类',
  } satisfies Readonly<Record<Project['plan']['kind'], string>>,
  levels: { basic: '基础型', improving: '提升型', exemplary: '示范型' } satisfies Readonly<Record<Project['plan']['level'], string>>,
  effects: {
    water_off: '停水', power_off: '停电', gas_off: '停气', heating_off: '停暖', road_closed: '道路封闭', lift_off: '电梯停用', noise: '噪声', other: '其他影响',
  } satisfies Readonly<Record<Effect, string>>,
  roles: { owner: '建设单位', designer: '设计单位', builder: '施工单位', supervisor: '监理单位', operator: '运营单位', other: '参与单位' } satisfies Readonly<Record<Role, string>>,
  deeds: {
    declare: '申报', screen: '初审通过', assess: '评审通过', verify: '复核通过', publish: '开始公示', extend: '公示延期', end_notice: '公示期满', confirm: '确认入库', start: '开工', suspend: '停工',
    resume: '复工', complete: '竣工', evaluate: '评价', return: '退回补正', reject: '不予通过', withdraw: '撤回', revise: '变更方案',
  } satisfies Readonly<Record<Deed, string>>,
  aroundMe: '身边的更新',
  allProjects: '全部更新项目',
  noProjects: '现在没有公示或施工中的更新项目。',
  notice: '公示内容',
  noticeUntil: (day: string) => `公示至 ${day}`,
  noticeDays: (from: string, to: string) => `公示期：${from} 至 ${to}`,
  until: (day: string) => `计划 ${day} 完工`,
  phasesFromTo: (from: string, to: string) => `工期 ${from} 至 ${to}`,
  built: (percent: number) => `已完成 ${percent}%`,
  money: (yuan: string) => `预算 ${yuan}`,
  spent: (yuan: string) => `已用 ${yuan}`,
  affects: '对您的影响',
  sayYours: '说说我的意见',
  complain: '我要投诉',
  opinions: '大家的意见',
  yours: '您的意见',
  noAnswer: '还没有答复',
  answered: '答复',
  phases: '工期安排',
  done: '已完成',
  parties: '参与单位',
  documents: '相关文件',
  found: '评价',
  opinionSent: '已收到，会有答复。',
  signInToSpeak: '登录后可以提意见。',
  inScene: '在三维里看',
  notThere: '没有找到这个项目，或还没有公开。',
  progressed: '施工进展',
  planned: '方案有改动',
  heard: '意见',
};

export type ProjectTexts = typeof zh;

const en: ProjectTexts = {
  states: {
    draft: 'Draft', declared: 'Declared', screened: 'Screened', assessed: 'Assessed', verified: 'Verified', notice: 'On notice', noticed: 'Notice over',
    approved: 'Approved', works: 'Being built', suspended: 'Suspended', completed: 'Completed', evaluated: 'Evaluated', rejected: 'Rejected', withdrawn: 'Withdrawn',
  },
  kinds: { infrastructure: 'Infrastructure', data_services: 'Data services', scenarios: 'Scenes of use', operation: 'Operation', participation: 'Participation' },
  levels: { basic: 'Basic', improving: 'Improving', exemplary: 'Exemplary' },
  effects: {
    water_off: 'No water', power_off: 'No power', gas_off: 'No gas', heating_off: 'No heating', road_closed: 'Road closed', lift_off: 'Lift out of use', noise: 'Noise', other: 'Other',
  },
  roles: { owner: 'Owner', designer: 'Designer', builder: 'Builder', supervisor: 'Supervisor', operator: 'Operator', other: 'Takes part' },
  deeds: {
    declare: 'Declared', screen: 'Preliminary review passed', assess: 'Assessment passed', verify: 'Verification passed', publish: 'Put on notice', extend: 'Notice extended', end_notice: 'Notice over',
    confirm: 'Confirmed', start: 'Works began', suspend: 'Works suspended', resume: 'Works went on', complete: 'Completed', evaluate: 'Evaluated',
    return: 'Returned for correction', reject: 'Rejected', withdraw: 'Withdrawn', revise: 'Plan changed',
  },
  aroundMe: 'Renewal around you',
  allProjects: 'All projects of renewal',
  noProjects: 'No project of renewal is on notice or being built now.',
  notice: 'Public notice',
  noticeUntil: (day) => `On notice until ${day}`,
  noticeDays: (from, to) => `On notice ${from} to ${to}`,
  until: (day) => `due ${day}`,
  phasesFromTo: (from, to) => `Works ${from} to ${to}`,
  built: (percent) => `${percent}\u202f% built`,
  money: (yuan) => `Budget ${yuan}`,
  spent: (yuan) => `${yuan} spent`,
  affects: 'What affects you',
  sayYours: 'Say what you think',
  complain: 'Complain',
  opinions: 'What others say',
  yours: 'Your word',
  noAnswer: 'Not answered yet',
  answered: 'Answer',
  phases: 'Phases',
  done: 'done',
  parties: 'Who takes part',
  documents: 'Documents',
  found: 'Evaluation',
  opinionSent: 'Received; it will be answered.',
  signInToSpeak: 'Sign in to say what you think.',
  inScene: 'See it in 3D',
  notThere: 'There is no such project, or it is not public yet.',
  progressed: 'Progress',
  planned: 'The plan was changed',
  heard: 'An opinion',
};

export const projectTexts = (language: Language): ProjectTexts => (language === 'en' ? en : zh);

/** Fen as yuan, or as ten thousands of them in Chinese and millions in English. */
export function money(fen: number, language: Language): string {
  const yuan = fen / 100;
  if (language === 'zh') {
    const [value, unit] = yuan >= 10_000 ? [yuan / 10_000, '万元'] : [yuan, '元'];
    return `${new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 2 }).format(value)} ${unit}`;
  }
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'CNY', notation: yuan >= 100_000 ? 'compact' : 'standard', maximumFractionDigits: yuan >= 100_000 ? 2 : 0 }).format(yuan);
}

/** A day as people write it. */
export function day(iso: string, language: Language): string {
  const [year = 0, month = 1, date = 1] = iso.split('-').map(Number);
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(year, month - 1, date));
}
