// Texts around the pages of the work on renewal, in both languages; those of check-ups and of projects have files of
// their own.
import type { Language } from './words';

const zh = {
  title: '更新工作台',
  pages: '工作页面',
  checkups: '体检',
  projects: '更新项目',
  model: '三维实景',
  loading: '正在读取…',
  unreachable: '服务器没有响应。',
  missing: '没有找到，或您还不能查看。',
  denied: '您没有查看的权限。',
  signInToWork: '登录后可以办理您负责的事项。',
  failed: '服务器没有接受：',
  overtaken: '别人刚刚改动过，已为您重新读取，请再看一遍。',
  retry: '重试',
  save: '保存',
  saved: '已保存',
  cancel: '取消',
  remove: '移除',
  add: '添加',
  all: '全部',
  export: '导出表格',
  inModel: '在三维里看',
  whole: '整个社区',
  trail: '经过',
  by: (who: string) => `经办：${who}`,
  system: '系统',
};

export type RenewalTexts = typeof zh;

const en: RenewalTexts = {
  title: 'Renewal',
  pages: 'Pages',
  checkups: 'Check-ups',
  projects: 'Projects',
  model: '3D model',
  loading: 'Loading…',
  unreachable: 'The server does not answer.',
  missing: 'Not found, or not yours to see yet.',
  denied: 'You may not see this.',
  signInToWork: 'Sign in to work on what is yours.',
  failed: 'The server did not take it: ',
  overtaken: 'Someone has just changed this. It was read anew; please look again.',
  retry: 'Try again',
  save: 'Save',
  saved: 'Saved',
  cancel: 'Cancel',
  remove: 'Remove',
  add: 'Add',
  all: 'All',
  export: 'Export table',
  inModel: 'Show in the model',
  whole: 'Whole community',
  trail: 'What happened',
  by: (who) => `By ${who}`,
  system: 'the system',
};

export const renewalTexts = (language: Language): RenewalTexts => (language === 'zh' ? zh : en);
