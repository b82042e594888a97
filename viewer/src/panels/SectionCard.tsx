// The card of the section: how to cut, sliders for the kind that is chosen, and handles over the scene.
import { useRef } from 'preact/hooks';
import { computed } from '@preact/signals';
import type { LocalBox } from '../api/types';
import { named, quantity } from '../i18n';
import { sectionTexts } from '../i18n/section';
import { isolated, storeys, wallsOf } from '../state/bim';
import { shownModels } from '../state/models';
import {
  begin, flip, handleSpots, moved, nearest, pickingFace, reach, section, squareTo, turned, type HandleSpot, type Section, type SectionKind, type Vec,
} from '../state/section';
import { selectedBox, selectedElement } from '../state/selection';
import { publication } from '../state/session';
import { language } from '../state/settings';
import { heading_deg, pose } from '../state/view';
import { Choice, Slider } from './tool-parts';

const KINDS: readonly SectionKind[] = ['level', 'plane', 'slice', 'box'];
/** One step of a slider, and of a handle by key. */
const STEP_M = 0.05;
const KEY_M = { plain: 0.1, shift: 1 };
/** A model farther away than this is not what one looks at. */
const NEAR_M = 150;

const words = computed(() => sectionTexts(language.value));
/** As many decimals as a step has, so that figures stand still while they change. */
const metres = (value: number): string => quantity(value, 'm', language.value, 2, 2);

/** The model that one looks at: isolated, of the selection, or near. */
const modelHere = () => {
  const element = selectedElement.peek();
  const source = isolated.peek()?.source ?? (element && typeof element === 'object' ? element.bim?.source : undefined);
  const shown = shownModels.peek();
  const near = nearest(shown, pose.peek());
  const at = pose.peek();
  const close = near && at && Math.hypot((near.bounds.min.east_m + near.bounds.max.east_m) / 2 - at.east_m, (near.bounds.min.north_m + near.bounds.max.north_m) / 2 - at.north_m) < NEAR_M;
  return shown.find((model) => model.source === source) ?? (close ? near : null);
};

/** The box that a new section is about. */
const boxHere = (): LocalBox | null => (selectedElement.peek() ? null : selectedBox.peek()) ?? modelHere()?.bounds ?? publication.peek()?.catalog.community.bounds ?? null;

const squareHeading = (): number => turned(squareTo(heading_deg.peek(), wallsOf.peek().get(modelHere()?.source ?? '') ?? null));

function choose(kind: SectionKind): void {
  const box = boxHere();
  if (box) section.value = section.peek()?.kind === kind ? section.peek() : begin(kind, box, squareHeading());
}

export function SectionCard() {
  const t = words.value;
  const cut = section.value;
  const bounds = publication.value?.catalog.community.bounds;
  return (
    <>
      <Choice label={t.kind} value={cut?.kind ?? null} of={KINDS} name={(kind) => t.kinds[kind]} set={choose} />
      {!cut && <p class="note">{t.start}</p>}
      {cut && bounds && (
        <>
          <p class="note">{t.about[cut.kind]}</p>
          <Settings cut={cut} bounds={bounds} />
        </>
      )}
      <div class="actions">
        {pickingFace.value ? (
          <p class="note" role="status">
            {t.pickingFace}
          </p>
        ) : (
          <button class="link" onClick={() => (pickingFace.value = true)}>
            {t.pickFace}
          </button>
        )}
        {cut && (
          <button class="link" onClick={() => (section.value = null)}>
            {t.end}
          </button>
        )}
      </div>
      {cut && handleSpots.value.map((spot) => <Handle key={spot.id} spot={spot} />)}
    </>
  );
}

function Settings({ cut, bounds }: { cut: Section; bounds: LocalBox }) {
  const t = words.value;
  const set = (next: Section): void => void (section.value = next);
  const heights = { min: bounds.min.up_m, max: bounds.max.up_m, step: STEP_M };
  switch (cut.kind) {
    case 'level':
      return <Slider label={t.height} {...heights} value={cut.up_m} text={metres(cut.up_m)} set={(up_m) => set({ ...cut, up_m })} />;
    case 'slice':
      return (
        <>
          <StoreyChoice set={set} />
          <Slider label={t.top} {...heights} value={cut.top_m} text={metres(cut.top_m)} set={(to) => set(moved(cut, 'top', to - cut.top_m))} />
          <Slider label={t.bottom} {...heights} value={cut.bottom_m} text={metres(cut.bottom_m)} set={(to) => set(moved(cut, 'bottom', to - cut.bottom_m))} />
        </>
      );
    case 'plane': {
      const [min, max] = reach(cut, bounds);
      return (
        <>
          <Slider label={t.position} min={min} max={max} step={STEP_M} value={cut.away_m} text={metres(cut.away_m)} set={(away_m) => set({ ...cut, away_m })} />
          <Heading value={cut.heading_deg} set={(heading) => set({ ...cut, heading_deg: heading })} />
          <Slider label={t.tilt} min={-90} max={90} step={1} value={cut.tilt_deg} text={degrees(cut.tilt_deg)} set={(tilt_deg) => set({ ...cut, tilt_deg })} />
          <div class="actions">
            <button class="link" onClick={() => set({ ...cut, heading_deg: squareHeading(), tilt_deg: 0 })}>
              {t.faceView}
            </button>
            <button class="link" onClick={() => set(flip(cut))}>
              {t.flip}
            </button>
          </div>
        </>
      );
    }
    case 'box': {
      const longest = Math.hypot(bounds.max.east_m - bounds.min.east_m, bounds.max.north_m - bounds.min.north_m);
      const sides = [[t.width, longest], [t.depth, longest], [t.tall, bounds.max.up_m - bounds.min.up_m + 10]] as const;
      const box = boxHere();
      return (
        <>
          {sides.map(([label, max], side) => {
            const value = cut.size[side] ?? 1;
            return (
              <Slider
                key={label} label={label} min={0.5} max={max} step={STEP_M} value={value} text={metres(value)}
                set={(to) => set({ ...cut, size: cut.size.map((length, i) => (i === side ? to : length)) as unknown as Vec })}
              />
            );
          })}
          <Heading value={cut.heading_deg} set={(heading) => set({ ...cut, heading_deg: heading })} />
          {box && (
            <button class="link" onClick={() => set(begin('box', box, squareHeading()))}>
              {t.fit}
            </button>
          )}
        </>
      );
    }
  }
}

const degrees = (value: number): string => quantity(Math.round(value), 'deg', language.value);

const Heading = ({ value, set }: { value: number; set: (value: number) => void }) => (
  <Slider label={words.value.heading} min={-180} max={180} step={1} value={value} text={degrees(((value % 360) + 360) % 360)} set={set} />
);

/** From one storey of the model here to another. */
function StoreyChoice({ set }: { set: (next: Section) => void }) {
  const t = words.value;
  const model = modelHere();
  const list = [...(storeys.value?.get(model?.source ?? '') ?? [])].reverse();
  const range = useRef<[number, number]>([0, 0]);
  if (list.length === 0) return null;
  const choose = (which: 0 | 1, at: number): void => {
    const [from, to] = range.current;
    range.current = which === 0 ? [at, Math.max(at, to)] : [Math.min(from, at), at];
    const [first, last] = [list[range.current[0]], list[range.current[1]]];
    if (!first || !last) return;
    // Up to the underside of the slab above, so that one looks into rooms.
    const above = list[range.current[1] + 1]?.bounds.min.up_m ?? last.bounds.max.up_m;
    set({ kind: 'slice', bottom_m: first.bounds.min.up_m, top_m: Math.max(above - 0.02, first.bounds.min.up_m + 0.1) });
  };
  return (
    <div class="pair">
      {([t.from, t.to] as const).map((label, which) => (
        <label key={label}>
          {label}
          <select onChange={(event) => choose(which as 0 | 1, Number(event.currentTarget.value))}>
            <option value="" disabled selected>
              {t.chooseStorey}
            </option>
            {list.map((storey, i) => (
              <option key={storey.id} value={i}>
                {named(storey.name, language.value, storey.id)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

/** A handle over the scene, for the pointer and for keys. */
function Handle({ spot }: { spot: HandleSpot }) {
  const drag = useRef<{ x: number; y: number } | null>(null);
  const { id, x, y, perMetre } = spot;
  const [across, down] = perMetre;
  const length = Math.hypot(across, down);
  const move = (by_m: number): void => {
    const cut = section.peek();
    if (cut) section.value = moved(cut, id, by_m);
  };
  const label = words.value.handles[id as keyof typeof words.value.handles];
  return (
    <button
      class="cut-handle"
      data-handle={id}
      aria-label={label}
      title={`${label}${language.value === 'zh' ? '：' : ': '}${words.value.handleHelp}`}
      style={`left:${x.toFixed(1)}px;top:${y.toFixed(1)}px;--turn:${Math.atan2(down, across).toFixed(3)}rad`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={(event) => {
        const from = drag.current;
        // An axis that looks at the eye cannot be dragged along.
        if (!from || length < 0.5) return;
        drag.current = { x: event.clientX, y: event.clientY };
        move(((event.clientX - from.x) * across + (event.clientY - from.y) * down) / length ** 2);
      }}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onKeyDown={(event) => {
        const sign = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
        if (sign === undefined) return;
        event.preventDefault();
        move(sign * (event.shiftKey ? KEY_M.shift : KEY_M.plain));
      }}
    >
      <svg viewBox="0 0 28 28" aria-hidden="true">
        <path d="M4 14h20M9 9l-5 5 5 5M19 9l5 5-5 5" />
      </svg>
    </button>
  );
}
