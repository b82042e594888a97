// A picture of the scene: its size, its title, and what draws it.
//
// In: choices of the card; legends of tools. Out: signals. Fetched when it is first wanted.
import { signal } from '@preact/signals-core';

export interface PictureSize {
  readonly width_px: number;
  readonly height_px: number;
}

export const SIZES = ['screen', 'a4'] as const;
export type SizeName = (typeof SIZES)[number];

/** A4 landscape, 297 mm by 210 mm, at 300 dots an inch. */
export const A4: PictureSize = { width_px: Math.round((297 / 25.4) * 300), height_px: Math.round((210 / 25.4) * 300) };

/** What was drawn, without its frame. */
export interface Taken {
  readonly image: HTMLCanvasElement;
  readonly metresPerPixel: number;
  readonly heading_deg: number;
  /** Pixels of the picture for a CSS pixel of the screen: texts and symbols are as large as there. */
  readonly scale: number;
  /** Whether finer tiles were still missing when time was up. */
  readonly coarse: boolean;
}

/** Draws the scene of a size in pixels; set by the layer. */
export const draws = signal<((size: PictureSize, scale: number) => Promise<Taken>) | null>(null);

export const sizeName = signal<SizeName>('screen');
export const title = signal('');

/** Parts of a large picture that each fit a canvas: left, top, width, height. */
export function partsOf({ width_px, height_px }: PictureSize, most: PictureSize): readonly (readonly [number, number, number, number])[] {
  const cut = (whole: number, part: number): number[] => Array.from({ length: Math.ceil(whole / part) }, (_, i) => i * part);
  return cut(height_px, most.height_px).flatMap((top) =>
    cut(width_px, most.width_px).map((left) => [left, top, Math.min(most.width_px, width_px - left), Math.min(most.height_px, height_px - top)] as const),
  );
}
