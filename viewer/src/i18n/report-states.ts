// Words for where a report is on its way, in Chinese: residents' phones begin with them, the desk has them too.
// English is in `report-states-en.ts`.
import type { Report } from '../api/reports';

export type StateWords = Readonly<Record<Report['state'], string>>;

export const zhStates: StateWords = {
  submitted: '待受理', accepted: '已立案', dispatched: '已派遣', in_progress: '处理中', answered: '已反馈', checked: '已核查',
  closed: '已结案', declined: '不予受理', programmed: '纳入更新策划', merged: '已并入', withdrawn: '已撤回',
};
