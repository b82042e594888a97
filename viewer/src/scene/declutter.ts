// Which symbols stand alone and which are gathered under one with a count. No GPU, no engine.
//
// In: symbols with their place on screen. Out: groups, each with one head. Called by the device
// layer before it draws. Greedy from the most important down, on a grid: linear in the symbols.

/** A symbol that wants to be drawn. */
export interface Mark {
  readonly id: string;
  /** CSS pixels. */
  readonly x: number;
  readonly y: number;
  /** More important is larger; the most important of a group is its head. */
  readonly rank: number;
}

/** Symbols that are drawn as one. */
export interface Group {
  readonly head: string;
  /** All members, the head first. */
  readonly members: readonly string[];
}

/**
 * Gathers marks closer than `radius_px` to a more important one. The same marks give the same
 * groups: equals are ordered by id, so that nothing flickers while the camera moves.
 */
export function declutter(marks: readonly Mark[], radius_px: number): Group[] {
  const order = [...marks].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
  const cells = new Map<string, { mark: Mark; members: string[] }[]>();
  const groups: { head: string; members: string[] }[] = [];
  for (const mark of order) {
    const [cx, cy] = [Math.floor(mark.x / radius_px), Math.floor(mark.y / radius_px)];
    const near = nearestHead(cells, cx, cy, mark, radius_px);
    if (near) {
      near.members.push(mark.id);
      continue;
    }
    const members = [mark.id];
    groups.push({ head: mark.id, members });
    const key = `${cx},${cy}`;
    const cell = cells.get(key);
    if (cell) cell.push({ mark, members });
    else cells.set(key, [{ mark, members }]);
  }
  return groups;
}

function nearestHead(
  cells: ReadonlyMap<string, { mark: Mark; members: string[] }[]>,
  cx: number,
  cy: number,
  mark: Mark,
  radius_px: number,
): { members: string[] } | null {
  let best: { members: string[] } | null = null;
  let bestDistance = radius_px;
  for (let x = cx - 1; x <= cx + 1; x++) {
    for (let y = cy - 1; y <= cy + 1; y++) {
      for (const head of cells.get(`${x},${y}`) ?? []) {
        const d = Math.hypot(head.mark.x - mark.x, head.mark.y - mark.y);
        if (d < bestDistance) [best, bestDistance] = [head, d];
      }
    }
  }
  return best;
}
