// The wall's unit: a 1080th of its height, or a 1920th of its width where that is less. All lengths of
// the wall are so many units, so that it looks the same on every screen.
//
// In: the window. Out: the unit in CSS pixels, as a signal and as `--u`. Called by wall/start.
import { signal } from '@preact/signals-core';
import type { Viewport } from '../scene/viewport';

const unitOf = (): number => Math.max(0.3, Math.min(innerHeight / 1080, innerWidth / 1920));

/** Beyond this, sharper pixels cost much and nobody sees them from where a wall is seen. */
const SHARPEST = 2;

export const unit = signal(unitOf());

/** Keeps the unit; runs for the life of the page. */
export function startUnit(): void {
  const set = (): void => {
    unit.value = unitOf();
    document.documentElement.style.setProperty('--u', `${unit.value}px`);
  };
  set();
  addEventListener('resize', set);
}

/**
 * Lays the canvas out in units and shows it as large as its place: symbols, which know CSS pixels alone,
 * then grow with the wall, and every pixel of the screen is drawn.
 */
export function fitCanvas(canvas: HTMLCanvasElement, place: HTMLElement, viewport: Viewport | null): () => void {
  const fit = (): void => {
    const u = unit.value;
    canvas.style.width = `${place.clientWidth / u}px`;
    canvas.style.height = `${place.clientHeight / u}px`;
    canvas.style.transform = `scale(${u})`;
    viewport?.renderer.setPixelRatio(pixelRatio());
  };
  const observer = new ResizeObserver(fit);
  observer.observe(place);
  fit();
  return () => observer.disconnect();
}

export const pixelRatio = (): number => Math.min(unit.peek() * devicePixelRatio, SHARPEST);
