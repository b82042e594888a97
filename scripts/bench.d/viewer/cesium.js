// Purpose: a tileset in CesiumJS with nothing around it: no globe, imagery, terrain, sky or widgets, and a picture
//          drawn when it changes, as the viewer's is.
// Inputs:  the query: `view` as pages.mjs writes it.
// Outputs: the page, and `window.__bench` as pages.mjs says.
import { Cartesian3, Cesium3DTileset, CesiumWidget, Color, Matrix4, Transforms } from 'cesium';

const { tileset: url, origin, pose, fov_rad, error_px } = JSON.parse(new URLSearchParams(location.search).get('view'));
const widget = new CesiumWidget('scene', {
  globe: false, baseLayer: false, skyBox: false, skyAtmosphere: false, scene3DOnly: true,
  requestRenderMode: true, maximumRenderTimeChange: Infinity, creditContainer: document.createElement('div'),
});
const { scene, canvas } = widget;
scene.backgroundColor = Color.fromCssColorString('#d8e4ea');

const toEarth = Transforms.eastNorthUpToFixedFrame(Cartesian3.fromDegrees(origin.longitude_deg, origin.latitude_deg, origin.height_m));
const turned = (x, y, z) => Matrix4.multiplyByPointAsVector(toEarth, new Cartesian3(x, y, z), new Cartesian3());
const [sh, ch, sp, cp] = [pose.heading_rad, pose.pitch_rad].flatMap((angle) => [Math.sin(angle), Math.cos(angle)]);
scene.camera.setView({
  destination: Matrix4.multiplyByPoint(toEarth, new Cartesian3(...pose.eye), new Cartesian3()),
  orientation: { direction: turned(sh * cp, ch * cp, sp), up: turned(-sh * sp, -ch * sp, cp) },
});
// The library's angle is that of the longer side.
const { frustum } = scene.camera;
frustum.fov = frustum.aspectRatio > 1 ? 2 * Math.atan(Math.tan(fov_rad / 2) * frustum.aspectRatio) : fov_rad;

// Both stop at the same error; the option that lets far tiles be coarser would draw fewer here than there.
const tileset = await Cesium3DTileset.fromUrl(url, { maximumScreenSpaceError: error_px, dynamicScreenSpaceError: false });
scene.primitives.add(tileset);
let whole = false;
tileset.initialTilesLoaded.addEventListener(() => (whole = true));

const { statistics } = tileset;
window.__bench = {
  canvas,
  drawn: () => statistics.numberOfTrianglesSelected > 0,
  settled: () => whole && tileset.tilesLoaded,
  figures: () => ({ triangles: statistics.numberOfTrianglesSelected, tiles: statistics.selected, drawCalls: statistics.numberOfCommands }),
};
