// Symbols that kinds of report name, as path data of a 24 × 24 box.
//
// In: `assets/icons/reports.json`. Out: the `d` of a path to stroke. Called by the desk and its layer.
import later from '../../../assets/icons/reports.json';
import first from '../../../assets/icons/resident.json';

const PATHS: Readonly<Record<string, string>> = { ...first, ...later };

/** The path of a named symbol; of a plain circle for a name that is not among ours. */
export const reportIconPath = (name: string | undefined): string => PATHS[name ?? ''] ?? first['circle-dot'];
