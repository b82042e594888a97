// How building models are drawn: matt under a calm late-morning light, glass that lets through, cut
// faces, spaces as a faint colour.
//
// In: scenes as the glTF loader leaves them. Out: the same with other materials; the lights. Called by
// the model layer. Whatever has no normals is flat; the loader sees to that.
import {
  DirectionalLight, DoubleSide, FrontSide, Group, HemisphereLight, MeshBasicMaterial, MeshLambertMaterial, type Material, type Mesh, type Object3D,
} from 'three';
import { showCuts } from './cut-faces';

/** Directions in the world: x east, y north, z up. Sun in the south-east, and the sky's glow in the north-west so that no two walls of a corner look the same. */
const SUN = { from: [0.5, -0.75, 1.05], colour: 0xfff3e0, strength: 0.42 } as const;
const GLOW = { from: [-0.9, 0.35, 0.3], colour: 0xe8f0ff, strength: 0.12 } as const;
/** From above and from below. In parts of what makes a white face white. */
const SKY = { above: 0xf4f7ff, below: 0xcfc6b8, strength: 0.67 } as const;
/** A light of this strength makes a white face white (Lambert's law divides by it). */
const WHITE = Math.PI;

/** Seen through walls and ceilings: who asks for spaces looks for them. */
const SPACE = { colour: 0x2f8ca3, opacity: 0.16 };

/** Sun, sky and glow, to be put into the scene. Surveys are not lit: their light is in their pictures. */
export function lights(): Group {
  const group = new Group();
  const sky = new HemisphereLight(SKY.above, SKY.below, SKY.strength * WHITE);
  // The engine's hemispheres shine along their position, y unless told otherwise.
  sky.position.set(0, 0, 1);
  group.add(sky);
  for (const { from, colour, strength } of [SUN, GLOW]) {
    const light = new DirectionalLight(colour, strength * WHITE);
    light.position.fromArray(from).normalize();
    group.add(light, light.target);
  }
  return group;
}

const isMesh = (part: Object3D): part is Mesh => 'isMesh' in part;

type Made = (material: Material & Partial<Pick<MeshLambertMaterial, 'color' | 'flatShading' | 'vertexColors'>>) => Material;

/** Replaces the materials of a scene, each once. */
function replace(scene: Object3D, made: Made): void {
  const known = new Map<Material, Material>();
  const next = (material: Material): Material => {
    const other = known.get(material) ?? made(material);
    if (!known.has(material)) material.dispose();
    known.set(material, other);
    return other;
  };
  scene.traverse((part) => {
    if (isMesh(part)) part.material = Array.isArray(part.material) ? part.material.map(next) : next(part.material);
  });
}

/** Elements of a building. */
export const asModel = (scene: Object3D): void =>
  replace(scene, (source) => {
    const glass = source.transparent;
    const material = new MeshLambertMaterial({
      flatShading: source.flatShading ?? false,
      vertexColors: source.vertexColors,
      // Both sides: models are not always wound with care, and a section looks inside.
      side: DoubleSide,
      transparent: glass,
      opacity: source.opacity,
      depthWrite: !glass,
    });
    material.forceSinglePass = true;
    if (source.color) material.color.copy(source.color);
    if (!glass) showCuts(material, 'cut');
    return material;
  });

/** Rooms and other volumes that have no matter. */
export const asSpaces = (scene: Object3D): void =>
  replace(scene, () =>
    new MeshBasicMaterial({
      color: SPACE.colour, transparent: true, opacity: SPACE.opacity, depthWrite: false, depthTest: false, side: FrontSide,
    }),
  );
