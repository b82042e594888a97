// Draws the scene for a picture, as large as is wanted.
//
// In: a size. Out: a canvas. What is larger than the screen's canvas is drawn in parts, each by the same
// canvas, after finer tiles have come. Marks that are drawn in pixels (their materials have a uniform
// `screen`) are drawn larger by the same measure.
import type { Material, Mesh, ShaderMaterial, Vector2 } from 'three';
import type { Viewport } from '../scene/viewport';
import { draws, partsOf, type PictureSize, type Taken } from '../state/picture';
import { heading_deg, metresPerPixel } from '../state/view';
import type { Tilesets } from './tilesets';

/** Finer tiles may take so long; then what is there is drawn. */
const WAIT_MS = 20_000;
const LOOK_MS = 150;

export function startPictures(viewport: Viewport, tilesets: Tilesets): void {
  draws.value = async (size, scale): Promise<Taken> => {
    const ratio = viewport.renderer.getPixelRatio();
    const coarse = !(await finer(viewport, tilesets, Math.max(1, size.height_px / (viewport.height * ratio))));
    try {
      return { image: draw(viewport, size, scale / ratio), metresPerPixel: (metresPerPixel.peek() * viewport.height) / size.height_px, heading_deg: heading_deg.peek(), scale, coarse };
    } finally {
      tilesets.detail = 1;
      viewport.invalidate();
    }
  };
}

/** Asks for tiles as a picture so many times as large needs them; whether all have come. */
async function finer(viewport: Viewport, tilesets: Tilesets, times: number): Promise<boolean> {
  tilesets.detail = times;
  const until = performance.now() + WAIT_MS;
  viewport.frame();
  while (!tilesets.idle && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    viewport.frame();
  }
  return tilesets.idle;
}

function draw(viewport: Viewport, size: PictureSize, larger: number): HTMLCanvasElement {
  const { renderer, camera, scene, canvas } = viewport;
  const image = document.createElement('canvas');
  [image.width, image.height] = [size.width_px, size.height_px];
  const context = image.getContext('2d');
  const whole = camera.aspect;
  camera.aspect = size.width_px / size.height_px;
  const restore = enlarge(viewport, larger);
  // Every part is as large as the canvas, so that marks keep their size at the edges; the rest is cut off.
  const part: PictureSize = { width_px: canvas.width, height_px: canvas.height };
  try {
    for (const [left, top, width, height] of partsOf(size, part)) {
      camera.setViewOffset(size.width_px, size.height_px, left, top, part.width_px, part.height_px);
      camera.updateProjectionMatrix();
      viewport.sky.follow(camera);
      renderer.render(scene, camera);
      // Read in the same task, before the browser may clear the canvas.
      context?.drawImage(canvas, 0, 0, width, height, left, top, width, height);
    }
  } finally {
    restore();
    camera.aspect = whole;
  }
  viewport.frame();
  return image;
}

/** Makes marks larger that are drawn in pixels; returns what undoes it. */
function enlarge(viewport: Viewport, times: number): () => void {
  const screens = new Set<Vector2>();
  viewport.scene.traverse((part) => {
    const own: Material | Material[] = (part as Partial<Mesh>).material ?? [];
    for (const material of [own].flat()) {
      const screen = (material as Partial<ShaderMaterial>).uniforms?.screen?.value as Vector2 | undefined;
      if (screen) screens.add(screen);
    }
  });
  for (const screen of screens) screen.divideScalar(times);
  return () => screens.forEach((screen) => screen.multiplyScalar(times));
}
