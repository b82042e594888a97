// Words for where a report is on its way, in English; apart from the Chinese ones, which every phone begins with.
import type { StateWords } from './report-states';

export const enStates: StateWords = {
  submitted: 'Submitted', accepted: 'Taken up', dispatched: 'Sent out', in_progress: 'In progress', answered: 'Answered', checked: 'Checked',
  closed: 'Closed', declined: 'Declined', programmed: 'In programming', merged: 'Joined to another', withdrawn: 'Taken back',
};
