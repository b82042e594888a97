// The panels about building models, fetched together when the first of them is wanted.
//
// Used through `later` by App, ListPanel and Sheet.
export { ElementDetail } from './ElementDetail';
export { ModelRows } from './ModelRows';
export { SectionCard } from './SectionCard';
