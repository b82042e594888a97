// The panels about building models, fetched together when the first of them is wanted.
//
// Used through `later` by App, DeviceDetail, ListPanel and Sheet.
export { BoundObject } from './BoundObject';
export { ElementDetail } from './ElementDetail';
export { ModelRows } from './ModelRows';
