// What lies around every scene: the colours of its sky, and what happens when graphics memory goes.
//
// In: a viewport. Out: effects for the life of the page. Called by both applications.
import type { Viewport } from '../scene/viewport';
import { dark } from '../state/preferences';
import { graphics } from '../state/view';

/** Sky colours come from the style sheet, like all others; it is read anew when the theme changes, until the returned function is called. */
export function paintSky(viewport: Viewport): () => void {
  return dark.subscribe(() => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--sky-${name}`).trim();
    viewport.sky.paint({ zenith: colour('zenith'), horizon: colour('horizon'), ground: colour('ground') });
    viewport.invalidate();
  });
}

/** A browser may take the graphics memory away and give it back; the engine then uploads anew. */
export function watchContext(viewport: Viewport): void {
  viewport.canvas.addEventListener('webglcontextlost', (event) => {
    event.preventDefault();
    graphics.value = 'lost';
  });
  viewport.canvas.addEventListener('webglcontextrestored', () => {
    graphics.value = 'ok';
    viewport.invalidate();
  });
}
