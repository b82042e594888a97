// What each deed on a project asks for, as the server's course has it.
import type { ProjectDeed } from '../../api/project-work';

export interface DeedForm {
  readonly text: 'remark' | 'reason' | 'notice' | 'account';
  readonly lastDay?: boolean;
  readonly findings?: boolean;
}

export const FORMS: Readonly<Record<ProjectDeed, DeedForm>> = {
  declare: { text: 'remark' },
  screen: { text: 'remark' },
  assess: { text: 'remark' },
  verify: { text: 'remark' },
  publish: { text: 'notice', lastDay: true },
  extend: { text: 'reason', lastDay: true },
  confirm: { text: 'remark' },
  start: { text: 'remark' },
  suspend: { text: 'reason' },
  resume: { text: 'remark' },
  complete: { text: 'account' },
  evaluate: { text: 'account', findings: true },
  return: { text: 'reason' },
  reject: { text: 'reason' },
  withdraw: { text: 'reason' },
  // The clock's own; and what changing the plan brings about.
  end_notice: { text: 'remark' },
  revise: { text: 'reason' },
};

/** What leads on comes first and stands out; what turns a project back is offered beside it. */
export const LEADING: readonly ProjectDeed[] = ['declare', 'screen', 'assess', 'verify', 'publish', 'confirm', 'start', 'resume', 'complete', 'evaluate'];
