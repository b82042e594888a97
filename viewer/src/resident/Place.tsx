// The scene on the first page: a still picture of where one lives, and a scene to move in once it is opened. What was
// reported stands in it; from any spot something can be reported.
//
// In: the address (opened or not), the catalogue, reports. Out: the spot that was tapped. Without WebGL or a publication
// there is no picture, and everything is in the lists below.
import { effect } from '@preact/signals-core';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { named } from '../i18n/format';
import { declutter } from '../scene/declutter';
import { language, zone } from '../state/preferences';
import { startProjects } from '../state/resident/projects';
import { back, go, hashOf, route } from '../state/resident/route';
import { spot } from '../state/resident/spot';
import { isLightOf } from '../state/scenes';
import { buildingById, open, openPlace, publication, zones } from '../state/session';
import { command, cover, placeVisible } from '../state/view';
import { asked } from './early';
import { Icon } from './parts';
import { marks, type Mark } from './marks';
import { words } from './report-words';
import { openScene, type OpenScene, type PlaceHit } from './scene';

/** Pins nearer than this are one, CSS pixels. */
const GROUP_PX = 44;
/** Pins as they are drawn now. */
interface Pin {
  readonly mark: Mark;
  readonly count: number;
  readonly x: number;
  readonly y: number;
}

export function Place() {
  const t = words.value;
  const opened = route.value.page === 'place';
  const canvas = useRef<HTMLCanvasElement>(null);
  const missing = useSignal(false);
  const pins = useSignal<readonly Pin[]>([]);
  const mark = useSignal<{ readonly x: number; readonly y: number } | null>(null);
  useEffect(() => {
    if (!canvas.current) return;
    const scene = openScene(canvas.current, {
      tap: tapped,
      drawn: (drawn) => {
        pins.value = pinsIn(drawn);
        const chosen = spot.peek();
        mark.value = chosen && drawn.project(chosen.position);
      },
    });
    missing.value = scene === null;
    if (!scene) return;
    openPlace(asked);
    startProjects();
    const stop = effect(() => redrawOn(scene, spot.value, marks.value));
    return () => {
      stop();
      scene.close();
    };
  }, []);
  useEffect(() => {
    // Names are only wanted by who looks around.
    if (opened) open();
    else spot.value = null;
    if (opened) canvas.current?.focus();
    return onceLaidOut(() => {
      cover.value = opened ? COVER : NOTHING;
      command({ do: 'home' });
    });
  }, [opened]);
  if (missing.value || publication.value?.catalog.scenes.length === 0) return opened ? <NoScene /> : null;
  return (
    <section class="r-place" data-opened={opened} data-ready={placeVisible.value} aria-label={t.sceneLabel} onKeyDown={(event) => leaveOn(event, opened)}>
      <canvas ref={canvas} tabIndex={opened ? 0 : -1} aria-hidden={!opened} role="application" aria-label={t.sceneLabel} />
      {!placeVisible.value && <p class="r-place-wait" role="status">{t.loading}</p>}
      {placeVisible.value && pins.value.map((pin) => <PinMark key={pin.mark.id} pin={pin} opened={opened} />)}
      {opened && mark.value && <span class="r-place-mark" style={at(mark.value)} aria-hidden="true" />}
      {opened ? <Around /> : (
        <a class="r-place-door" href={hashOf({ page: 'place' })}>
          <span>
            <Icon name="box" />
            {t.lookAround}
          </span>
        </a>
      )}
    </section>
  );
}

/** What lies over the opened scene, CSS pixels. */
const COVER = { left: 0, right: 0, top: 72, bottom: 84 };
const NOTHING = { left: 0, right: 0, top: 0, bottom: 0 };

/** Calls back when the canvas has its new size, which it hears of between two drawings. */
function onceLaidOut(act: () => void): () => void {
  let handle = requestAnimationFrame(() => (handle = requestAnimationFrame(act)));
  return () => cancelAnimationFrame(handle);
}

/** Reading the signals in the call is what makes their changes count: marks are placed when the scene is drawn. */
const redrawOn = (scene: OpenScene, ..._changed: unknown[]): void => scene.redraw();

const at = ({ x, y }: { readonly x: number; readonly y: number }): string => `transform: translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;

/** What is in the picture, those that crowd as one. */
function pinsIn(scene: OpenScene): readonly Pin[] {
  const { clientWidth, clientHeight } = scene.canvas;
  const all = new Map(marks.peek().map((mark) => [mark.id, mark]));
  const seen = [...all.values()].flatMap(({ id, at: where, rank }) => {
    const on = scene.project(where);
    return on && on.x > 0 && on.y > 0 && on.x < clientWidth && on.y < clientHeight ? [{ id, rank, x: on.x, y: on.y }] : [];
  });
  const places = new Map(seen.map((one) => [one.id, one]));
  return declutter(seen, GROUP_PX).flatMap(({ head, members }) => {
    const [mark, on] = [all.get(head), places.get(head)];
    return mark && on ? [{ mark, count: members.length, x: on.x, y: on.y }] : [];
  });
}

function PinMark({ pin: { mark, count, x, y }, opened }: { pin: Pin; opened: boolean }) {
  const nearer = (event: Event): void => {
    if (count === 1) return;
    event.preventDefault();
    command({ do: 'point', at: mark.at });
  };
  return (
    <a
      class="r-pin" data-of={mark.to.page} style={at({ x, y })} href={hashOf(mark.to)} tabIndex={opened ? 0 : -1} aria-hidden={!opened}
      aria-label={count > 1 ? words.value.thingsHere(count) : mark.name} onClick={nearer}
    >
      <Icon name={mark.icon} />
      {count > 1 && <b>{count}</b>}
    </a>
  );
}

function tapped(hit: PlaceHit | null): void {
  spot.value = hit && { position: hit.spot.local, object: hit.type === 'ground' ? null : hit.id };
}

/** What lies over the opened scene. */
function Around() {
  const t = words.value;
  return (
    <>
      <div class="r-place-top">
        <button class="r-back" type="button" aria-label={t.back} onClick={back}>
          <Icon name="arrow-left" />
        </button>
        <Zones />
      </div>
      <div class="r-place-foot" role="status">
        {spot.value ? <Here at={spot.value.object} /> : <p>{t.tapHint}</p>}
      </div>
    </>
  );
}

/** The zones of which there is a light scene. */
function Zones() {
  const t = words.value;
  const scenes = publication.value?.catalog.scenes ?? [];
  const list = zones.value.filter(({ id }) => scenes.some((scene) => isLightOf(scene, id)));
  if (list.length < 2) return null;
  const choose = (id: string): void => {
    zone.value = id === '' ? null : id;
    spot.value = null;
    command({ do: 'home' });
  };
  return (
    <label class="r-place-zone">
      <span class="visually-hidden">{t.myZone}</span>
      <select value={zone.value ?? ''} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t.wholeCommunity}</option>
        {list.map(({ id, name }) => <option key={id} value={id}>{named(name, language.value, id)}</option>)}
      </select>
    </label>
  );
}

function Here({ at }: { at: string | null }) {
  const t = words.value;
  const building = at === null ? undefined : buildingById.value.get(at);
  return (
    <>
      <b>{building ? named(building.name, language.value, building.id) : t.thisSpot}</b>
      <div class="r-place-acts">
        <button class="r-button" type="button" onClick={() => go({ page: 'new', line: 'problem' })}>{t.reportProblem}</button>
        <button class="r-button quiet" type="button" onClick={() => go({ page: 'new', line: 'suggestion' })}>{t.makeSuggestion}</button>
      </div>
    </>
  );
}

function leaveOn(event: KeyboardEvent, opened: boolean): void {
  if (opened && event.key === 'Escape') back();
}

function NoScene() {
  const t = words.value;
  return (
    <section class="r-place" data-opened="true">
      <p class="r-place-wait">{t.sceneMissing}</p>
      <div class="r-place-top">
        <button class="r-back" type="button" aria-label={t.back} onClick={back}>
          <Icon name="arrow-left" />
        </button>
      </div>
    </section>
  );
}
