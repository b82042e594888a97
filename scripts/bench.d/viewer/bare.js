// Purpose: the finest contents of a tileset in a bare scene of three: a loader, a camera, a renderer, nothing else.
// Inputs:  the query: `view` as pages.mjs writes it.
// Outputs: the page, and `window.__bench` as pages.mjs says.
import { Color, Matrix4, PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';

const AT_ONCE = 6;
const { tileset, origin, pose, shift_px, fov_rad, anisotropy } = JSON.parse(new URLSearchParams(location.search).get('view'));
const canvas = document.querySelector('canvas');
const renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'high-performance', stencil: false });
renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
renderer.setSize(canvas.clientWidth, canvas.clientHeight, false);
const scene = new Scene();
scene.background = new Color('#d8e4ea');

const camera = new PerspectiveCamera((fov_rad * 180) / Math.PI, canvas.clientWidth / canvas.clientHeight, pose.near_m, pose.far_m);
camera.rotation.order = 'ZXY';
camera.up.set(0, 0, 1);
camera.position.set(...pose.eye);
camera.rotation.set(pose.pitch_rad + Math.PI / 2, 0, -pose.heading_rad);
camera.setViewOffset(canvas.clientWidth, canvas.clientHeight, ...shift_px, canvas.clientWidth, canvas.clientHeight);
camera.updateMatrixWorld();

/** The local frame, WGS 84: as 3D Tiles, 4 × 4, columns first. */
function enuToEcef({ longitude_deg, latitude_deg, height_m }) {
  const [lon, lat] = [longitude_deg, latitude_deg].map((angle) => (angle * Math.PI) / 180);
  const [sl, cl, sp, cp] = [Math.sin(lon), Math.cos(lon), Math.sin(lat), Math.cos(lat)];
  const e2 = 0.0066943799901413165;
  const n = 6378137 / Math.sqrt(1 - e2 * sp * sp);
  const p = (n + height_m) * cp;
  return new Matrix4().fromArray([-sl, cl, 0, 0, -sp * cl, -sp * sl, cp, 0, cp * cl, cp * sl, sp, 0, p * cl, p * sl, (n * (1 - e2) + height_m) * sp, 1]);
}

/** The finest contents and where they stand, documents within documents too. */
async function finest(url, above) {
  const { root } = await (await fetch(url)).json();
  const found = [];
  const walk = async (tile, outer) => {
    const here = tile.transform ? outer.clone().multiply(new Matrix4().fromArray(tile.transform)) : outer;
    const contents = (tile.contents ?? [tile.content ?? []].flat()).map(({ uri }) => new URL(uri, url).href);
    for (const document of contents.filter((address) => address.endsWith('.json'))) found.push(...(await finest(document, here)));
    const children = tile.children ?? [];
    for (const child of children) await walk(child, here);
    if (children.length === 0) for (const content of contents) if (!content.endsWith('.json')) found.push({ url: content, matrix: here });
  };
  await walk(root, above);
  return found;
}

const loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
// glTF has Y up, tiles have Z up.
const upright = new Matrix4().makeRotationX(Math.PI / 2);
const left = await finest(new URL(tileset, location.href).href, enuToEcef(origin).invert());
const tiles = left.length;

async function load() {
  for (let next = left.pop(); next; next = left.pop()) {
    const { scene: model } = await loader.loadAsync(next.url);
    model.matrixAutoUpdate = false;
    model.matrix.copy(next.matrix).multiply(upright);
    model.traverse(({ material }) => {
      if (material?.map) material.map.anisotropy = anisotropy;
    });
    scene.add(model);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, load));

const frame = () => renderer.render(scene, camera);
frame();
window.__bench = {
  canvas,
  drawn: () => true,
  settled: () => true,
  frame,
  figures: () => ({ triangles: renderer.info.render.triangles, tiles, drawCalls: renderer.info.render.calls }),
};
