// What residents read on the first pages, in Chinese; every phone fetches it, so English is in `resident-en.ts`, and the
// pages behind the first in `report.ts`.
import { zhStates } from './report-states';

export const zh = {
  appName: '我的社区',
  back: '返回',
  loading: '正在加载…',
  retry: '再试一次',
  offline: '现在没有网络。写好的内容会保存在手机里，联网后自动发送。',
  unreachable: '暂时连不上服务器，稍后会自动再试。',
  home: '首页',
  mine: '我的',
  all: '大家的',
  me: '设置',
  reportProblem: '报问题',
  reportProblemHint: '坏了、堵了、不安全',
  makeSuggestion: '提建议',
  makeSuggestionHint: '希望社区变得更好',
  myReports: '我的报告',
  noReports: '您还没有报告。看到问题或有建议，点上面的按钮告诉社区。',
  allReports: '社区里的报告',
  noneYet: '还没有公开的报告。',
  waitingToSend: (n: number) => `${n} 份报告等待发送`,
  signInToReport: '登录后可以报告问题、查看进展。',
  signIn: '登录',
  discard: '不发了，删除',
  sendFailed: '没有发送成功：',
  isLate: '已超过时限',
  escalated: '已督办',
  states: zhStates,
};

export type ResidentTexts = typeof zh;
