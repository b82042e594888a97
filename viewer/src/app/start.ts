// Puts the application together: state, scene, layers, tools, panels, in that order.
//
// In: the page. Out: a running application. Called by main once.
import { effect } from '@preact/signals-core';
import { h, render } from 'preact';
import { BuildingOutline } from '../layers/buildings';
import { Claims } from '../layers/claims';
import { DeviceSymbols } from '../layers/devices';
import { Navigation } from '../layers/navigation';
import { Photogrammetry } from '../layers/photogrammetry';
import { Picking } from '../layers/picking';
import { Tilesets } from '../layers/tilesets';
import { App } from '../panels/App';
import { Viewport } from '../scene/viewport';
import { startAccount } from '../state/account';
import { startClock } from '../state/clock';
import { startLive } from '../state/live';
import { waitingKeys } from '../state/link-parts';
import { models, modelsMissing } from '../state/models';
import { startReadings } from '../state/readings';
import { startPlaceLookup } from '../state/selection';
import { open, publication } from '../state/session';
import { introSeen, startSettings, texts } from '../state/settings';
import { missed, wantedTools } from '../state/tools';
import { graphics, introOpen, placeVisible, type ViewPose } from '../state/view';
import { startKeyboard } from '../tools/keyboard';
import { followLink, startPermalink } from '../tools/permalink';
import { paintSky, watchContext } from './surroundings';
import type { Parts } from './testing';

export function start(root: HTMLElement): void {
  startSettings();
  startAccount();
  // Who follows a link came for something else.
  introOpen.value = location.hash === '' && !introSeen.peek();
  const linked = followLink();
  open();
  startLive();
  startClock();
  startPlaceLookup();
  startReadings();
  startKeyboard();

  const canvas = document.createElement('canvas');
  canvas.className = 'scene';
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  const panels = document.createElement('div');
  root.append(canvas, panels);
  effect(() => canvas.setAttribute('aria-label', texts.value.sceneLabel));
  render(h(App, {}), panels);

  const moved = startScene(canvas, linked);
  startPermalink(moved);
}

/** Builds the scene; without WebGL 2 everything else works on. Returns what moves the camera. */
function startScene(canvas: HTMLCanvasElement, linked: ViewPose | null): (pose: ViewPose) => void {
  let viewport: Viewport;
  try {
    viewport = new Viewport(canvas);
  } catch {
    graphics.value = 'missing';
    return () => undefined;
  }
  const tilesets = new Tilesets(viewport);
  new Photogrammetry(viewport, tilesets, publication);
  const symbols = new DeviceSymbols(viewport);
  const picking = new Picking(viewport, tilesets, symbols);
  const claims = new Claims(picking);
  const navigation = new Navigation(viewport, tilesets, claims, publication, linked);
  new BuildingOutline(viewport);
  startModels(viewport, tilesets);
  paintSky(viewport);
  watchContext(viewport);
  const parts = { viewport, tilesets, symbols, picking, claims, navigation };
  startTools(parts);
  startGround(parts);
  // Nobody who looks at the place waits for what tests ask.
  import('./testing').then(({ exposeForTests }) => exposeForTests(parts), () => undefined);
  return (pose) => navigation.jump(pose);
}

/** Fetches what draws building models once there is one. */
function startModels(viewport: Viewport, tilesets: Tilesets): void {
  const stop = effect(() => {
    if (models.value.length === 0) return;
    queueMicrotask(() => stop());
    const coming = import('./bim').then(({ startBim }) => startBim(viewport, tilesets));
    tilesets.await(coming).catch(() => (modelsMissing.value = true));
  });
}

/** Fetches what tools do in the scene once one is wanted, by hand or by the address. */
function startTools(parts: Parts): void {
  let fetched = false;
  const fetch = (): void => {
    if (fetched) return;
    fetched = true;
    parts.tilesets.await(import('./tools').then((tools) => tools.startTools(parts))).catch(() => {
      fetched = false;
      missed(wantedTools.peek());
    });
  };
  const linked = (): void => {
    if (waitingKeys().length > 0) fetch();
  };
  effect(() => {
    if (wantedTools.value.size > 0) fetch();
  });
  linked();
  // A pasted address is read by its own listener first.
  addEventListener('hashchange', () => setTimeout(linked));
}

/** Fetches what nobody needs before the place stands. */
function startGround(parts: Parts): void {
  const stop = effect(() => {
    if (!placeVisible.value && waitingKeys().length === 0) return;
    queueMicrotask(() => stop());
    const fetch = (): void => void parts.tilesets.await(import('./ground').then((ground) => ground.startGround(parts))).catch(() => setTimeout(fetch, 3000));
    fetch();
  });
}
