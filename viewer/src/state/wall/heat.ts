// How alarms lie over the community: a density, alarms a hectare. Pure.
//
// In: places and a box. Out: a grid of densities. Kernel density estimate with a Gaussian kernel
// (Silverman 1986, ch. 4) whose width is a choice: about a building.
import type { LocalBox } from '../../api/types';

export interface HeatGrid {
  readonly columns: number;
  readonly rows: number;
  /** Alarms a hectare, row by row from the south-west. */
  readonly density: Float32Array;
  readonly most: number;
}

const SIGMA_M = 14;
/** Cells along the longer side. */
const CELLS = 96;
const HECTARE_M2 = 10_000;

export function heatGrid(places: readonly (readonly [number, number])[], { min, max }: LocalBox): HeatGrid {
  const [width, height] = [Math.max(max.east_m - min.east_m, 1), Math.max(max.north_m - min.north_m, 1)];
  const cell_m = Math.max(width, height) / CELLS;
  const [columns, rows] = [Math.max(1, Math.ceil(width / cell_m)), Math.max(1, Math.ceil(height / cell_m))];
  const density = new Float32Array(columns * rows);
  const reach = Math.ceil((3 * SIGMA_M) / cell_m);
  const peak = HECTARE_M2 / (2 * Math.PI * SIGMA_M ** 2);
  for (const [east, north] of places) {
    const [x, y] = [(east - min.east_m) / cell_m, (north - min.north_m) / cell_m];
    for (let row = Math.max(0, Math.floor(y) - reach); row <= Math.min(rows - 1, Math.floor(y) + reach); row++) {
      for (let column = Math.max(0, Math.floor(x) - reach); column <= Math.min(columns - 1, Math.floor(x) + reach); column++) {
        const d2 = ((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2) * cell_m ** 2;
        const at = row * columns + column;
        density[at] = (density[at] ?? 0) + peak * Math.exp(-d2 / (2 * SIGMA_M ** 2));
      }
    }
  }
  return { columns, rows, density, most: density.reduce((a, b) => Math.max(a, b), 0) };
}
