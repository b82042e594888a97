// Puts the wall together: settings of its address, state, scene, layers, panels, and what keeps it going.
//
// In: the page. Out: a running wall. Called by wall-main once. Address: `?display=<id>`, `?theme=dark|light`,
// `?lang=zh|en`, `?edit`.
import { computed, effect } from '@preact/signals-core';
import { h, render } from 'preact';
import { paintSky, watchContext } from '../app/surroundings';
import { exposeForTests } from '../app/testing';
import { Claims } from '../layers/claims';
import { DeviceSymbols } from '../layers/devices';
import { Navigation } from '../layers/navigation';
import { Photogrammetry } from '../layers/photogrammetry';
import { Picking } from '../layers/picking';
import { Tilesets } from '../layers/tilesets';
import { EmergencyArea } from '../layers/wall/area';
import { WallCamera } from '../layers/wall/camera';
import { startHeat } from '../layers/wall/heat';
import { startOwnTour } from '../layers/wall/own-tour';
import { Viewport } from '../scene/viewport';
import { alarmedAs, worse } from '../state/wall/alarmed';
import { startAccount } from '../state/account';
import { startClock } from '../state/clock';
import { devices } from '../state/devices';
import { startLive } from '../state/live';
import { models, modelsMissing } from '../state/models';
import { open, publication } from '../state/session';
import { hintSeen, language, startSettings, texts, theme } from '../state/settings';
import { graphics } from '../state/view';
import { displayTold, startDisplays, wanted } from '../state/wall/displays';
import { areaDrawn } from '../state/wall/draft';
import { on } from '../state/wall/on';
import { startTouring } from '../state/wall/touring';
import { startTrends } from '../state/wall/trends';
import { reportsOnWall, startReportFigures } from '../state/wall/reports';
import { startWarmth } from '../state/wall/warmth';
import { editing, startHands } from './hands';
import { startKeeper } from './keeper';
import { startRate } from './rate';
import { exposeWall } from './testing';
import { fitCanvas, pixelRatio, startUnit } from './unit';
import { Wall } from './Wall';

export function startWall(root: HTMLElement): void {
  startSettings();
  followAddress();
  startUnit();
  hintSeen.value = true;
  startAccount();
  open();
  startLive({ display: displayTold });
  startClock();
  startDisplays();
  startRate();
  startTrends();
  startWarmth();
  startReportFigures();

  const canvas = document.createElement('canvas');
  canvas.className = 'w-picture';
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  effect(() => canvas.setAttribute('aria-label', texts.value.sceneLabel));
  const viewport = startViewport(canvas);
  render(h(Wall, { canvas, hold: (place: HTMLElement) => fitCanvas(canvas, place, viewport) }), root);
  const camera = viewport ? startScene(viewport) : null;
  startTouring();
  startHands();
  startKeeper(viewport);
  exposeWall(viewport, camera);
}

/** What a wall's address says; what it does not say is as the browser remembers it. */
function followAddress(): void {
  const asked = new URLSearchParams(location.search);
  wanted.value = asked.get('display');
  const [colours, tongue] = [asked.get('theme'), asked.get('lang')];
  if (colours === 'dark' || colours === 'light') theme.value = colours;
  if (tongue === 'zh' || tongue === 'en') language.value = tongue;
  editing.value = asked.has('edit');
}

/** Without WebGL 2 there is no scene, and figures are shown all the same. */
function startViewport(canvas: HTMLCanvasElement): Viewport | null {
  try {
    const viewport = new Viewport(canvas);
    viewport.renderer.setPixelRatio(pixelRatio());
    return viewport;
  } catch {
    graphics.value = 'missing';
    return null;
  }
}

function startScene(viewport: Viewport): WallCamera {
  const tilesets = new Tilesets(viewport);
  new Photogrammetry(viewport, tilesets, publication);
  const symbols = new DeviceSymbols(viewport, ({ id, status }) => worse(status, alarmedAs.value.get(id)));
  effect(() => {
    on(alarmedAs.value);
    viewport.invalidate();
  });
  const picking = new Picking(viewport, tilesets, symbols);
  const claims = new Claims(picking);
  const navigation = new Navigation(viewport, tilesets, claims, publication, null);
  const camera = new WallCamera(viewport, navigation);
  new EmergencyArea(viewport);
  startHeat(viewport);
  startOwnTour(viewport);
  startDrawing(claims, picking);
  startReports(viewport, picking);
  startModels(viewport, tilesets);
  paintSky(viewport);
  watchContext(viewport);
  exposeForTests({ viewport, tilesets, symbols, picking, claims, navigation });
  return camera;
}

/** While an area is drawn, presses in the scene are its corners. */
function startDrawing(claims: Claims, picking: Picking): void {
  const drawing = computed(() => areaDrawn.value !== null);
  effect(() => {
    if (!drawing.value) return;
    return claims.take({
      tap: (x, y, touch) => {
        const hit = picking.at(x, y, touch);
        const at = !hit ? null : 'spot' in hit ? hit.spot.local : hit.type === 'device' ? devices.peek().get(hit.id)?.position : null;
        const drawn = areaDrawn.peek();
        if (at && drawn) areaDrawn.value = { ...drawn, corners: [...drawn.corners, [at.east_m, at.north_m]] };
      },
      hover: () => undefined,
      leave: () => undefined,
    });
  });
}

/** Fetches residents' reports and what draws them once a panel shows them; tries again until it comes. */
function startReports(viewport: Viewport, picking: Picking): void {
  const fetchReports = (): void => {
    Promise.all([import('../state/book'), import('../layers/reports')]).then(
      ([{ startBook }, { ReportSymbols }]) => {
        startBook();
        picking.reports = new ReportSymbols(viewport);
      },
      () => setTimeout(fetchReports, 10_000),
    );
  };
  const stop = effect(() => {
    if (!reportsOnWall.value) return;
    queueMicrotask(() => stop());
    fetchReports();
  });
}

/** Fetches what draws building models once there is one; a wall tries again until it comes. */
function startModels(viewport: Viewport, tilesets: Tilesets): void {
  const fetchModels = (): void => {
    tilesets.await(import('../layers/bim').then(({ Bim }) => new Bim(viewport, tilesets))).catch(() => {
      modelsMissing.value = true;
      setTimeout(fetchModels, 10_000);
    });
  };
  const stop = effect(() => {
    if (models.value.length === 0) return;
    queueMicrotask(() => stop());
    fetchModels();
  });
}
