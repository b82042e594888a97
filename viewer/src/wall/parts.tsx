// What the wall's panels are made of: a panel with its title and what of it is stale, rows that fit.
//
// In: contents. Out: elements. Nothing on a wall scrolls: what has no room is counted.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, RefObject } from 'preact';
import type { PanelName } from '../api/displays';
import type { DeviceStatus } from '../api/types';
import { StatusGlyph } from '../panels/Icon';
import { line } from '../state/live';
import { moment, words } from './texts';
import { unit } from './unit';

export function Panel({ name, title, note, grow = false, children }: { name: PanelName; title: string; note?: ComponentChildren; grow?: boolean; children: ComponentChildren }) {
  return (
    <section class={grow ? 'w-panel grow' : 'w-panel'} data-panel={name} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span class="w-note">{note}</span>}
        <Stale />
      </header>
      {children}
    </section>
  );
}

/** Says since when what stands here is not the present; nothing while it is. */
export function Stale() {
  const { brokenSince } = line.value;
  if (!brokenSince) return null;
  return <span class="w-stale">{words.value.staleShort(moment(brokenSince))}</span>;
}

/** How many rows of `height` units fit into an element, measured as it changes. */
export function useFit<T extends HTMLElement>(height: number): readonly [RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const fit = useSignal(0);
  useEffect(() => {
    const place = ref.current;
    if (!place) return;
    const measure = (): void => void (fit.value = Math.max(0, Math.floor((place.clientHeight + 1) / (height * unit.peek()))));
    const observer = new ResizeObserver(measure);
    observer.observe(place);
    measure();
    return () => observer.disconnect();
  }, [height]);
  return [ref, fit.value];
}

/** Turns pages by itself: which one of `pages` is seen. */
export function usePage(pages: number, every_ms: number): number {
  const page = useSignal(0);
  useEffect(() => {
    if (pages < 2) return;
    const timer = setInterval(() => (page.value = (page.value + 1) % pages), every_ms);
    return () => clearInterval(timer);
  }, [pages, every_ms]);
  return page.value % Math.max(pages, 1);
}

/** Something that repeats while an element stands. */
export function useEvery(ms: number, act: () => void): void {
  useEffect(() => {
    act();
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** The glyph of a state, `size` units wide. */
export function Glyph({ status, icon, size }: { status: DeviceStatus; icon?: string | undefined; size: number }) {
  return (
    <span class="w-glyph" style={`--size:${size}`}>
      <StatusGlyph status={status} icon={icon} size={size} />
    </span>
  );
}
