// What a section shows of the inside of solids: a flat dark face.
//
// In: materials of models and surveys; a box. Out: materials that show cuts; the earth below the
// surveys. Called by scene/models and the section layer.
//
// Of a closed solid, the inside is what one sees exactly where the cut goes through it, so that this
// looks like a cap, and unlike a cap made by the stencil it needs no second pass for each solid. A
// survey is a skin that is open below: a level face under it closes it.
import { BufferAttribute, BufferGeometry, DoubleSide, Mesh, MeshBasicMaterial, Plane, Vector3, type Intersection, type Material, type Object3D } from 'three';

/** Linear, with a breath of the solid's own colour. */
const CUT_RGB = [0.085, 0.078, 0.07] as const;
const CUT_SHARE = 0.88;
/** Below what was surveyed. */
const BELOW_M = 0.5;

interface Box {
  readonly min: { readonly east_m: number; readonly north_m: number; readonly up_m: number };
  readonly max: { readonly east_m: number; readonly north_m: number; readonly up_m: number };
}

/** Makes a material show its inside as cut while anything is. `program` names what else was changed in it. */
export function showCuts(material: Material, program: string): void {
  material.userData.program = program;
  const before = material.onBeforeCompile.bind(material);
  material.onBeforeCompile = (shader, renderer) => {
    before(shader, renderer);
    shader.fragmentShader = shader.fragmentShader.replace(
      '#include <opaque_fragment>',
      `#if NUM_CLIPPING_PLANES > 0
      if (!gl_FrontFacing) outgoingLight = mix(diffuseColor.rgb, vec3(${CUT_RGB.join(', ')}), ${CUT_SHARE});
      #endif
      #include <opaque_fragment>`,
    );
  };
}

const cut = new WeakMap<Material, Material['side']>();

/** Shows the inside of the materials of a loaded survey, which are else seen from outside only. */
export function openSurvey(scene: Object3D, open: boolean): void {
  scene.traverse((part) => {
    if (!('isMesh' in part)) return;
    for (const material of [(part as Mesh).material].flat()) {
      const known = cut.get(material);
      if (known === undefined) {
        if (!open) continue;
        cut.set(material, material.side);
        showCuts(material, 'survey');
      } else if ((material.side === DoubleSide) === (open || known === DoubleSide)) continue;
      material.side = open ? DoubleSide : (known ?? material.side);
      material.needsUpdate = true;
    }
  });
}

export function planesOf(kept: readonly { readonly normal: readonly [number, number, number]; readonly constant: number }[]): Plane[] {
  return kept.map(({ normal, constant }) => {
    const plane = new Plane();
    plane.normal.set(...normal);
    plane.constant = constant;
    return plane;
  });
}

/** One metre by one, level. */
function square(): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array([-0.5, -0.5, 0, 0.5, -0.5, 0, 0.5, 0.5, 0, -0.5, 0.5, 0]), 3));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  return geometry;
}

/** The level face under a survey, of the colour of what is cut. */
export class Earth {
  readonly mesh = new Mesh(square(), new MeshBasicMaterial({ side: DoubleSide, fog: false }));
  #box: Box | null = null;

  constructor() {
    this.mesh.material.color.setRGB(...CUT_RGB);
    this.mesh.visible = false;
  }

  set(box: Box | null): void {
    this.#box = box;
    this.mesh.visible = box !== null;
    if (!box) return;
    this.mesh.position.set((box.min.east_m + box.max.east_m) / 2, (box.min.north_m + box.max.north_m) / 2, box.min.up_m - BELOW_M);
    this.mesh.scale.set(box.max.east_m - box.min.east_m, box.max.north_m - box.min.north_m, 1);
  }

  /** How far a ray goes until it meets the face from above; null if it does not. */
  hit_m(from: readonly [number, number, number], ray: readonly [number, number, number]): number | null {
    const box = this.#box;
    if (!box || ray[2] >= -1e-6) return null;
    const away = (box.min.up_m - BELOW_M - from[2]) / ray[2];
    const [east, north] = [from[0] + ray[0] * away, from[1] + ray[1] * away];
    const within = east >= box.min.east_m && east <= box.max.east_m && north >= box.min.north_m && north <= box.max.north_m;
    return away > 0 && within ? away : null;
  }

  /** As the engine tells what a ray met; it has no triangle. */
  met(point: readonly [number, number, number], distance: number): Intersection {
    return { point: new Vector3(...point), distance, object: this.mesh };
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
