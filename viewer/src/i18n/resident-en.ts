// The first pages of residents in English; fetched by those who read it.
import { enStates } from './report-states-en';
import type { ResidentTexts } from './resident';

export const en: ResidentTexts = {
  appName: 'My community',
  back: 'Back',
  loading: 'Loading…',
  retry: 'Try again',
  offline: 'You are offline. What you write is kept on this phone and sent when you are back.',
  unreachable: 'The server cannot be reached; it is tried again by itself.',
  home: 'Home',
  mine: 'Mine',
  all: 'Everyone',
  me: 'Settings',
  reportProblem: 'Report a problem',
  reportProblemHint: 'Broken, blocked, unsafe',
  makeSuggestion: 'Make a suggestion',
  makeSuggestionHint: 'What could be better',
  myReports: 'My reports',
  noReports: 'You have no reports yet. If you see a problem or have an idea, tell the community with the buttons above.',
  allReports: 'Reports in the community',
  noneYet: 'There are no public reports yet.',
  waitingToSend: (n) => `${n} ${n === 1 ? 'report waits' : 'reports wait'} to be sent`,
  signInToReport: 'Sign in to report and to follow what happens.',
  signIn: 'Sign in',
  discard: 'Delete it unsent',
  sendFailed: 'Not sent: ',
  isLate: 'over its time limit',
  escalated: 'with the upper unit',
  states: enStates,
};
