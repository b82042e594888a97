// Symbols that device kinds and buttons name, as path data of a 24 × 24 box.
//
// In: `assets/icons/lucide.json`. Out: the `d` of a path to stroke. Called by panels and layers.
import data from '../../../assets/icons/lucide.json';

export type IconName = keyof typeof data;

const PATHS: Readonly<Record<string, string>> = data;

/** The path of a named icon; of a radio mast for a name that is not among ours. */
export const iconPath = (name: string): string => PATHS[name] ?? data.radio;
