// Decisions about tiles that need no GPU: how fine to load, and when to try again.
//
// Called by scene/tiles.

/** Screen-space error above which a scene is no longer worth looking at, pixels. */
const COARSEST_PX = 96;

/**
 * The error target for the next frame. A full cache refuses tiles here and there, which leaves holes
 * of coarse tiles; asking for a little less everywhere looks better. When there is room again the
 * target comes back.
 */
export function adaptErrorTarget(now_px: number, wanted_px: number, refused: number, cacheFull: number, idle: boolean): number {
  if (refused > 0 && idle) return Math.min(now_px * 1.25, Math.max(COARSEST_PX, wanted_px));
  if (refused === 0 && now_px > wanted_px && cacheFull < 0.6) return Math.max(wanted_px, now_px / 1.25);
  return now_px;
}

/** Wait before failed tiles are asked for again, by how often that was in vain. */
export const retryDelay_ms = (failures: number): number => Math.min(2000 * 2 ** failures, 30_000);
