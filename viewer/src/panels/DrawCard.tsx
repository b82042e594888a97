// The card of drawing: what to draw, shapes that were drawn, what is in an area, files.
import { computed, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { FoundThing } from '../api/types';
import { named } from '../i18n';
import { drawTexts } from '../i18n/draw';
import { measured } from '../i18n/measure';
import { account } from '../state/account';
import { goToBuilding, goToDeviceId } from '../state/actions';
import {
  add, askInside, canFinish, chosen, cornerSpots, crosses, draft, dragged, finish, frame, inside, kind, KINDS, moveCorner, ordinal, remove, removeCorner, rename, shapes, takeBack,
  type Shape, type ShapeKind,
} from '../state/draw';
import { ImportError, readGeoJson, writeGeoJson, type Drawable } from '../state/geojson';
import { figures } from '../state/measure';
import { buildingById, publication } from '../state/session';
import { language } from '../state/settings';
import { fileTime, saveFile } from './copying';
import { Choice, NamedRow } from './tool-parts';

const words = computed(() => drawTexts(language.value));
const KEY_M = { plain: 0.1, shift: 1 };

export function DrawCard() {
  const t = words.value;
  const points = draft.value;
  const set = (next: ShapeKind): void => {
    draft.value = [];
    kind.value = next;
  };
  return (
    <>
      <Choice label={t.kind} value={kind.value} of={KINDS} name={(one) => t.kinds[one]} set={set} />
      {points.length === 0 ? (
        <p class="note">{t.start[kind.value]}</p>
      ) : (
        <>
          <Figures shape={{ kind: kind.value, points, name: '' }} />
          <div class="actions">
            {canFinish() && (
              <button class="button" onClick={finish}>
                {t.finish}
              </button>
            )}
            <button class="link" onClick={takeBack}>
              {t.undo}
            </button>
            <button class="link" onClick={() => (draft.value = [])}>
              {t.drop}
            </button>
          </div>
        </>
      )}
      {shapes.value.length === 0 ? (
        <p class="note">{t.empty}</p>
      ) : (
        <ul class="list-of" aria-label={t.list}>
          {shapes.value.map((shape) => (
            <ShapeRow key={shape.id} shape={shape} />
          ))}
        </ul>
      )}
      <Files />
      {cornerSpots.value.map((spot) => (
        <Corner key={spot.at} {...spot} />
      ))}
    </>
  );
}

const nameOf = (shape: Shape): string => shape.name || `${words.value.kinds[shape.kind]} ${ordinal(shape)}`;

function Figures({ shape: { kind: of, points } }: { shape: Drawable }) {
  const t = words.value;
  const f = figures(points);
  const say = (value: number, unit: 'm' | 'm2'): string => measured(value, unit, language.value);
  const earth = of === 'point' && points[0] ? frame.value?.toEarth(points[0]) : undefined;
  const rows = {
    polygon: [[t.area, say(f.level_m2, 'm2')], [t.around, say(f.around_m, 'm')]],
    line: [[t.length, say(f.length_m, 'm')]],
    point: earth ? [[t.place, `${earth[0].toFixed(6)}°, ${earth[1].toFixed(6)}°`]] : [],
  }[of];
  return (
    <>
      <dl class="figures">
        {rows.map(([label, value]) => (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      {of === 'polygon' && crosses(points) && (
        <p class="trouble" role="status">
          {t.crossing}
        </p>
      )}
    </>
  );
}

function ShapeRow({ shape }: { shape: Shape }) {
  const isChosen = chosen.value === shape.id;
  const name = nameOf(shape);
  const f = figures(shape.points);
  const small = { polygon: measured(f.level_m2, 'm2', language.value), line: measured(f.length_m, 'm', language.value), point: '' }[shape.kind];
  const detail = (
    <div class="what">
      <Figures shape={shape} />
      {shape.kind === 'polygon' && <Inside shape={shape} />}
      {account.value?.actions.includes('plan_projects') === true && (
        // The page of the project finds it in this browser, counted from the newest.
        <a class="link" href={`./renewal#projects/new?drawn=${shapes.value.length - shapes.value.indexOf(shape)}`} target="_blank" rel="noopener">
          {words.value.asPlace}
        </a>
      )}
    </div>
  );
  return (
    <NamedRow
      {...{ name, detail, given: shape.name, chosen: isChosen, words: words.value }}
      choose={() => (chosen.value = isChosen ? null : shape.id)}
      rename={(text) => rename(shape.id, text)}
      remove={() => remove(shape.id)}
    >
      {name}
      {small !== '' && <small>{small}</small>}
    </NamedRow>
  );
}

function Inside({ shape }: { shape: Shape }) {
  const t = words.value;
  const answer = inside.value?.of === shape.id ? inside.value : null;
  const things = answer?.things;
  return (
    <>
      {things !== 'asking' && (
        <button class="link" onClick={() => askInside(shape)}>
          {t.inside}
        </button>
      )}
      <div role="status">
        {things === 'asking' && <p class="note">{t.asking}</p>}
        {things === 'away' && <p class="trouble">{t.away}</p>}
        {things === 'refused' && <p class="trouble">{t.refused}</p>}
        {Array.isArray(things) && <Found things={things as readonly FoundThing[]} cut={answer?.cut ?? false} />}
      </div>
    </>
  );
}

/** Objects of building models are not all known by name to the list of buildings: those lead nowhere. */
function Found({ things, cut }: { things: readonly FoundThing[]; cut: boolean }) {
  const t = words.value;
  const devices = things.filter(({ kind: of }) => of === 'device');
  const buildings = things.filter(({ id }) => buildingById.value.has(id));
  if (devices.length + buildings.length === 0) return <p class="note">{t.foundNone}</p>;
  return (
    <>
      <p class="note">
        {t.found(devices.length, buildings.length)}
        {cut && ` ${t.foundCut}`}
      </p>
      <ul class="found">
        {[...buildings, ...devices].map(({ id, kind: of, name }) => (
          <li key={id}>
            <button class="link" onClick={() => (of === 'device' ? goToDeviceId(id) : go(id))}>
              {named(name, language.value, id)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function go(id: string): void {
  const building = buildingById.peek().get(id);
  if (building) goToBuilding(building);
}

function Files() {
  const t = words.value;
  const pasting = useSignal(false);
  const said = useSignal('');
  const text = useRef<HTMLTextAreaElement>(null);
  const earth = frame.value;
  const take = (content: string): void => {
    if (!earth) return;
    try {
      const read = readGeoJson(content, earth);
      add(read);
      pasting.value = false;
      said.value = t.taken(read.length);
    } catch (error) {
      said.value = t.failed[error instanceof ImportError ? error.failure : 'no-geojson'];
    }
  };
  const save = (): void => {
    if (!earth) return;
    const facts = ({ kind: of, points }: Drawable): Record<string, number> => {
      const f = figures(points);
      const round = (value: number): number => Number(value.toFixed(2));
      return of === 'polygon' ? { area_m2: round(f.level_m2), perimeter_m: round(f.around_m) } : of === 'line' ? { length_m: round(f.length_m) } : {};
    };
    const named = shapes.peek().map((shape) => ({ ...shape, name: nameOf(shape) }));
    const community = publication.peek()?.catalog.community.id ?? 'community';
    saveFile(`${community}-${fileTime(new Date())}.geojson`, new Blob([writeGeoJson(named, earth, facts)], { type: 'application/geo+json' }));
  };
  if (!earth) return <p class="note">{t.exportNone}</p>;
  return (
    <>
      <div class="actions">
        {shapes.value.length > 0 && (
          <button class="link" onClick={save}>
            {t.exportAll}
          </button>
        )}
        <label class="link file">
          {t.importFile}
          <input
            type="file"
            accept=".geojson,.json,application/geo+json,application/json"
            onChange={(event) => {
              const input = event.currentTarget;
              void input.files?.[0]?.text().then(take, () => (said.value = t.failed['no-json']));
              input.value = '';
            }}
          />
        </label>
        <button class="link" aria-expanded={pasting.value} onClick={() => (pasting.value = !pasting.value)}>
          {t.paste}
        </button>
        {shapes.value.length > 0 && (
          <button class="link" onClick={() => (shapes.value = [])}>
            {t.removeAll}
          </button>
        )}
      </div>
      {pasting.value && (
        <>
          <textarea ref={text} rows={4} aria-label={t.pasteHere} placeholder={t.pasteHere} />
          <div class="actions">
            <button class="button" onClick={() => take(text.current?.value ?? '')}>
              {t.take}
            </button>
          </div>
        </>
      )}
      <p class="note" role="status">
        {said.value}
      </p>
    </>
  );
}

/** A corner of the chosen shape over the scene, for the pointer and for keys. */
function Corner({ at, x, y }: { at: number; x: number; y: number }) {
  const t = words.value;
  const held = useRef(false);
  const label = t.corner(at + 1);
  const shape = shapes.value.find(({ id }) => id === chosen.value);
  const step = (east: number, north: number): void => {
    const p = shape?.points[at];
    if (shape && p) moveCorner(shape.id, at, [p[0] + east, p[1] + north, p[2]]);
  };
  return (
    <button
      class="corner"
      data-corner={at}
      aria-label={label}
      title={`${label}${language.value === 'zh' ? '：' : ': '}${t.cornerHelp}`}
      style={`left:${x.toFixed(1)}px;top:${y.toFixed(1)}px`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = true;
      }}
      onPointerMove={(event) => {
        if (held.current) dragged.value = { corner: at, x: event.clientX, y: event.clientY };
      }}
      onPointerUp={() => {
        held.current = false;
        dragged.value = null;
      }}
      onKeyDown={(event) => {
        const by = event.shiftKey ? KEY_M.shift : KEY_M.plain;
        const way = { ArrowUp: [0, by], ArrowDown: [0, -by], ArrowRight: [by, 0], ArrowLeft: [-by, 0] }[event.key];
        if (way) step(way[0] ?? 0, way[1] ?? 0);
        else if ((event.key === 'Delete' || event.key === 'Backspace') && shape) removeCorner(shape.id, at);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
