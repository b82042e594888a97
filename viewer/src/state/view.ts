// What the camera shows and what it is asked to do. State knows no engine: angles are degrees,
// positions local metres.
//
// In: commands of tools and panels; reports of the navigation and tile layers. Out: signals.
import { computed, signal } from '@preact/signals-core';
import type { LocalBox, LocalPoint } from '../api/types';

/** Where the camera stands and looks: heading clockwise from north, pitch negative below the horizon. */
export interface ViewPose {
  readonly east_m: number;
  readonly north_m: number;
  readonly up_m: number;
  readonly heading_deg: number;
  readonly pitch_deg: number;
}

/** Something the camera is asked to do. */
export type Command =
  | { readonly do: 'home' | 'north' | 'selected' }
  /** By shares of the view's height, right and forward. */
  | { readonly do: 'pose'; readonly pose: ViewPose }
  | { readonly do: 'pan'; readonly right: number; readonly forward: number }
  | { readonly do: 'zoom'; readonly factor: number }
  | { readonly do: 'turn'; readonly heading_deg: number }
  | { readonly do: 'point'; readonly at: LocalPoint }
  | { readonly do: 'box'; readonly box: LocalBox; /** Times as far as the box needs. */ readonly away?: number };

type Listener = (command: Command) => void;
const listeners = new Set<Listener>();

/** Asks the camera to move. */
export function command(next: Command): void {
  listeners.forEach((listener) => listener(next));
}

/** Hears every command until the returned function is called. */
export function onCommand(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The camera at rest; null before the first frame. */
export const pose = signal<ViewPose | null>(null);
/** Every frame, for compass and scale bar. */
export const heading_deg = signal(0);
export const metresPerPixel = signal(0);

/** CSS pixels at each edge that the interface covers; the scene centres on what is left. */
export interface Cover {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
/** How far the desk's queue reaches from the left edge; 0 while it is not there. */
export const deskCover_px = signal(0);
/** How high a phone's strip of works is, under the bar; 0 while it is not there. */
export const stripCover_px = signal(0);
/** How many sheets have stood beside the scene: the paper of one that comes later is measured when it does. */
export const sheetsMade = signal(0);
export const cover = signal<Cover>({ left: 0, right: 0, top: 0, bottom: 0 });

/** Tiles of the scene: done of total since the last rest; failed ones wait for their retry. */
export interface TileProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}
export const tiles = signal<TileProgress>({ done: 0, total: 0, failed: 0 });
/** Whether anything of the place is on screen. */
export const placeVisible = signal(false);
/** Whether what is loaded of the place knows its buildings, so that they can be hidden. */
export const identified = signal(false);

/** What a tool makes of objects: a colour (red, green, blue, share; 0 … 1), nothing, or as they are. */
export type Paint = readonly [number, number, number, number] | 'hidden' | null;
export const painted = signal<((id: string) => Paint) | null>(null);
/** What works on another day make of objects: before all other paint, for it lasts only while one looks at that day. */
export const paintedWorks = signal<((id: string) => Paint) | null>(null);
export const paintShown = computed(() => paintedWorks.value ?? painted.value);
/** And of devices, with what can be read on the colour; those without one are not drawn. */
export interface DevicePaint {
  readonly fill: string;
  readonly ink: string;
}
export const paintedDevices = signal<((id: string) => DevicePaint | undefined) | null>(null);

/** What keeps the scene from being drawn at all. */
export const graphics = signal<'ok' | 'missing' | 'lost'>('ok');

/** Which sheets are open. */
export const listOpen = signal(true);
export const sheetOpen = signal(false);
export const helpOpen = signal(false);
export const settingsOpen = signal(false);
/** Whether the first visit is explained: at first, and when it is asked for. */
export const introOpen = signal(false);
export const tab = signal<'devices' | 'alarms' | 'buildings' | 'models'>('devices');
/** How far the phone's bottom sheet is pulled up. */
export const pull = signal<'peek' | 'half' | 'full'>('half');
/** Asks the list to take the focus: its search field, or the row of an object; null when it has. */
export const focusAsked = signal<{ readonly search: true } | { readonly row: string } | null>(null);
