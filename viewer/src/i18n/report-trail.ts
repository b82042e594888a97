// Words of what happened to a report and who did it, in both languages: for the resident who reads it and for those who
// work on it.
import type { Report, ReportAction } from '../api/reports';

export const zhTrail = {
  parties: { reporter: '居民', desk: '社区', handler: '处理单位', checker: '网格员', planner: '社区规划师', clock: '系统' } as Readonly<Record<string, string>>,
  bodies: { community: '社区', property: '物业', community_planner: '社区规划师', company: '相关公司', upper_unit: '上级单位' } satisfies Readonly<Record<NonNullable<Report['body']>, string>>,
  deeds: {
    accept: '受理立案', decline: '不予受理', dispatch: '派遣', return: '退回', start: '开始处理', answer: '反馈', pass: '核查通过', fail: '核查不通过',
    confirm: '确认评价', reopen: '重新打开', withdraw: '撤回', merge: '并入', part: '拆出', programme: '纳入更新策划', follow: '随主件反馈', lapse: '逾期结案',
  } satisfies Readonly<Record<ReportAction['deed'], string>>,
  submitted: '提交报告',
  said: '留言',
  urges: { none: '', reminded: '已提醒', overdue: '已催办', escalated: '已督办' } satisfies Readonly<Record<NonNullable<Report['urge']>, string>>,
  to: (who: string) => `给${who}`,
};

export type TrailWords = typeof zhTrail;

export const enTrail: TrailWords = {
  parties: { reporter: 'Resident', desk: 'Community', handler: 'Responsible body', checker: 'Grid worker', planner: 'Community planner', clock: 'System' },
  bodies: { community: 'the community', property: 'property', community_planner: 'the community planner', company: 'the company', upper_unit: 'the upper unit' },
  deeds: {
    accept: 'Taken up', decline: 'Declined', dispatch: 'Sent out', return: 'Sent back', start: 'Work began', answer: 'Answered', pass: 'Checked: done', fail: 'Checked: not done',
    confirm: 'Confirmed and rated', reopen: 'Opened again', withdraw: 'Taken back', merge: 'Joined to another', part: 'Parted again', programme: 'Entered programming', follow: 'Answered with the other', lapse: 'Closed without a word',
  },
  submitted: 'Reported',
  said: 'Message',
  urges: { none: '', reminded: 'Reminded', overdue: 'Urged', escalated: 'Escalated' },
  to: (who) => `to ${who}`,
};
