// The five states of a device: order, colour in the scene, and shape. Colours of the interface are in
// styles/tokens.css. In: a status. Out: how it is shown. Used by layers, panels and the list.
import type { DeviceStatus } from '../api/types';

/** Worst first: the order of counts, of the list, and of who stands in front. */
export const STATUSES: readonly DeviceStatus[] = ['alarm', 'warning', 'offline', 'notice', 'normal'];

/** Larger is worse. */
export const severity = (status: DeviceStatus): number => STATUSES.length - 1 - STATUSES.indexOf(status);

/** How a state looks: fill, what is drawn on it, and an outline in a 24 × 24 box. */
export interface StatusLook {
  readonly fill: string;
  readonly ink: string;
  readonly shape: string;
}

/**
 * Told apart by shape alone (octagon, diamond, broken ring, square, circle) and by lightness and
 * hue that stay distinct with red-green and blue-yellow colour blindness.
 */
export const LOOKS: Readonly<Record<DeviceStatus, StatusLook>> = {
  alarm: { fill: '#c4003f', ink: '#ffffff', shape: 'M7.9 1.5h8.2l6.4 6.4v8.2l-6.4 6.4H7.9l-6.4-6.4V7.9z' },
  warning: { fill: '#b85600', ink: '#ffffff', shape: 'M12 .8a1.6 1.6 0 0 1 1.1.5l9.6 9.6a1.6 1.6 0 0 1 0 2.2l-9.6 9.6a1.6 1.6 0 0 1-2.2 0l-9.6-9.6a1.6 1.6 0 0 1 0-2.2l9.6-9.6a1.6 1.6 0 0 1 1.1-.5z' },
  offline: { fill: '#f3f1ec', ink: '#55595d', shape: 'M12 2.2a9.8 9.8 0 1 1 0 19.6a9.8 9.8 0 1 1 0-19.6z' },
  notice: { fill: '#0b62a8', ink: '#ffffff', shape: 'M6.5 2.5h11a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4h-11a4 4 0 0 1-4-4v-11a4 4 0 0 1 4-4z' },
  normal: { fill: '#00724f', ink: '#ffffff', shape: 'M12 2.2a9.8 9.8 0 1 1 0 19.6a9.8 9.8 0 1 1 0-19.6z' },
};
