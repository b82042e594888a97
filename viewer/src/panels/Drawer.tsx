// The phone's sheet: pulled up from the lower edge to one of three heights.
import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../state/settings';
import { cover, pull, stripCover_px } from '../state/view';

type Pull = 'peek' | 'half' | 'full';

const BAR_PX = 48;

/** Heights in CSS pixels for a window of the given height. */
export function drawerHeights(window_px: number): Record<Pull, number> {
  return { peek: 164, half: Math.round(window_px * 0.48), full: window_px - BAR_PX - 8 };
}

/** The height that a drag ends at: the nearest. */
function nearest(height: number, heights: Record<Pull, number>): Pull {
  const names = ['peek', 'half', 'full'] as const;
  return names.reduce((best, name) => (Math.abs(heights[name] - height) < Math.abs(heights[best] - height) ? name : best), 'half');
}

export function Drawer({ children }: { children: ComponentChildren }) {
  const window_px = useSignal(innerHeight);
  const dragged = useSignal<number | null>(null);
  const grip = useRef<{ y: number; height: number; moved: boolean } | null>(null);
  const heights = drawerHeights(window_px.value);
  const height = dragged.value ?? heights[pull.value];

  useEffect(() => {
    const resized = (): void => void (window_px.value = innerHeight);
    addEventListener('resize', resized);
    return () => removeEventListener('resize', resized);
  }, []);
  useEffect(() => {
    // A full sheet hides the scene anyway: its view need not move for that.
    const bottom = Math.min(heights[pull.value], heights.half);
    cover.value = { left: 0, right: 0, top: BAR_PX + stripCover_px.value, bottom };
  }, [pull.value, window_px.value, stripCover_px.value]);

  const down = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { y: event.clientY, height, moved: false };
  };
  const move = (event: PointerEvent): void => {
    const start = grip.current;
    if (!start) return;
    const by = start.y - event.clientY;
    start.moved ||= Math.abs(by) > 6;
    if (start.moved) dragged.value = Math.max(80, Math.min(heights.full, start.height + by));
  };
  const up = (): void => {
    const start = grip.current;
    grip.current = null;
    if (start?.moved && dragged.value !== null) pull.value = nearest(dragged.value, heights);
    dragged.value = null;
  };
  const press = (): void => void (pull.value = pull.value === 'peek' ? 'half' : pull.value === 'half' ? 'full' : 'peek');
  const click = (event: MouseEvent): void => {
    // A drag ends with a click as well; keys give a click without a place.
    if (event.detail === 0 || !lastDragged.current) press();
    lastDragged.current = false;
  };
  const lastDragged = useRef(false);
  return (
    <div class="drawer" data-dragged={dragged.value !== null} style={`height:${height}px`}>
      <button
        class="handle"
        aria-label={texts.value.sheetHandle}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={() => {
          lastDragged.current = grip.current?.moved ?? false;
          up();
        }}
        onPointerCancel={up}
        onClick={click}
      />
      {children}
    </div>
  );
}
