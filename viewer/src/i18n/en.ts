// English texts of the interface: the same keys and parameters as `zh.ts`.
import type { ApiStatus } from './words';
import type { Dictionary } from './zh';

const STATUS: Readonly<Record<ApiStatus, string>> = {
  normal: 'Normal', notice: 'Notice', offline: 'Offline', warning: 'Warning', alarm: 'Alarm',
};

const PREDICATE: Readonly<Record<ApiStatus, string>> = {
  normal: 'normal', notice: 'to note', offline: 'offline', warning: 'with a warning', alarm: 'in alarm',
};

/** Plural of a noun as device kinds use them: meter → meters, box → boxes, battery → batteries. */
function plural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

export const en: Dictionary = {
  language: 'English',
  otherLanguage: '中文',
  switchLanguage: 'Switch language: 中文',
  theme: { auto: 'Appearance: as the system', light: 'Appearance: light', dark: 'Appearance: dark' },
  skipToList: 'Skip to the device list',
  sceneLabel: 'Three-dimensional scene of the community. Arrow keys move, plus and minus zoom, Q and E rotate; all devices and buildings are also in the list.',

  status: STATUS,
  nOfKind: (n, _kindId, kindName, status) => `${n} ${n === 1 ? kindName.toLowerCase() : plural(kindName.toLowerCase())} ${PREDICATE[status]}`,
  allNormal: (n) => (n === 1 ? 'The device is normal' : `All ${n} devices normal`),
  more: (n) => `${n} more`,
  separator: ', ',

  devices: 'Devices',
  alarms: 'Alarms',
  noAlarms: 'No open alarms.',
  acknowledged: 'Acknowledged',
  alarmLevel: { notice: 'Notice', warning: 'Warning', alarm: 'Alarm', emergency: 'Emergency' },
  buildings: 'Buildings',
  models: 'Models',
  element: 'Model element',
  search: 'Search everything',
  clearSearch: 'Clear search',
  allKinds: 'All kinds',
  kind: 'Kind',
  filterByStatus: 'Filter by status',
  shownOf: (shown, all) => (shown === all ? `${all} in all` : `${shown} of ${all}`),
  waitingForDevices: 'Waiting for the server’s devices…',
  noDevices: 'No devices yet. Once registered, they appear here and in the scene.',
  noMatch: 'Nothing matches.',
  showAll: 'Show all',
  noBuildings: 'No buildings yet. They are listed here once a build has footprints.',
  openList: 'Open the list',
  closeList: 'Fold the list',

  close: 'Close',
  back: 'Back to the list',
  flyTo: 'Fly here',
  hide: 'Hide building',
  show: 'Show building',
  hiddenNote: 'hidden',
  asModel: 'shown as a model',
  showHidden: (n) => `Show ${n} hidden ${n === 1 ? 'building' : 'buildings'}`,
  device: 'Device',
  building: 'Building',
  ground: 'Place',
  yes: 'yes',
  no: 'no',
  where: 'Where it is',
  zone: 'Zone',
  none: 'none',
  storeys: 'Storeys',
  height: 'Height',
  east: 'E',
  north: 'N',
  up: 'Up',
  longitude: 'Longitude',
  latitude: 'Latitude',
  identifier: 'Id',
  properties: 'Properties',
  propertyNames: {
    has_lift: 'Lift', households: 'Households', units: 'Entrances', use: 'Use', year_built: 'Built', renewal: 'Renewal',
    parking_places: 'Parking places', charging_points: 'Charging points', structure: 'Structure', address: 'Address', area_m2: 'Area (m²)', basement: 'Basement', owner: 'Owner', manager: 'Managed by',
  },
  propertyValues: {
    residential: 'residential', retail: 'retail', service: 'public service', office: 'office', school: 'school', mixed: 'mixed',
    insulation: 'insulation', lift: 'new lift', true: 'yes', false: 'no',
  },
  looking: 'Looking it up…',

  live: 'Live',
  backToLive: 'back to live',
  connecting: 'Connecting',
  reconnecting: 'Reconnecting',
  staleSince: (time) => `Stale since ${time}`,

  loadingPlace: 'Opening the community…',
  loadingTiles: (done, total) => `Loading the scene: ${done} of ${total} tiles`,
  sharpening: (left) => `Sharpening, ${left} ${left === 1 ? 'tile' : 'tiles'} to go`,
  tilesFailed: (n) => `${n} ${n === 1 ? 'tile' : 'tiles'} could not be loaded; trying again. The rest works as usual.`,
  unreachableTitle: 'The server does not answer',
  unreachable: 'Check the network, or ask the administrator whether the server runs.',
  noPublicationTitle: 'Nothing is published yet',
  noPublication: 'The server runs, but there is no community to open. Build and publish one with tile-builder; it opens here by itself.',
  noWebglTitle: 'This browser cannot show the scene',
  noWebgl: 'The scene needs WebGL 2. Update the browser, or turn on hardware acceleration in its settings. The device list still works.',
  contextLost: 'The browser took back its memory and is restoring the scene. If that takes long, reload the page.',
  faultTitle: 'Something went wrong while opening',
  fault: 'The server’s answer makes no sense. Pass the text below on to the administrator.',
  retryIn: (seconds) => `Next attempt in ${seconds} s`,
  retrying: 'Trying again…',
  retryNow: 'Try now',
  kept: 'What was loaded stays on screen.',

  signIn: 'Sign in',
  signedInAs: (name) => `Signed in: ${name}`,
  deniedTitle: 'Sign in first',
  denied: 'Only those who sign in see this community.',

  compass: (degrees) => `Looking towards ${degrees}°; press for north`,
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  home: 'Show everything',
  help: 'Help',
  scale: 'Scale',
  sheetHandle: 'Pull the panel up or down',
  hint: 'Drag to move, right-drag to rotate, wheel to zoom, double-click to go',
  hintTouch: 'One finger moves, two rotate and zoom, double-tap goes there',
};
