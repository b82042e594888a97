// What a tile's triangles belong to, and how those objects are drawn.
//
// In: glTF with EXT_mesh_features, EXT_instance_features and EXT_structural_metadata. Out: the object
// under a ray, and for each tile a small table of looks, one texel an object, that the material's
// shader reads. So a change of looks touches no geometry, and it is all one to the shader whether a
// row belongs to a vertex or to a whole instance. Called by scene/tiles.
import { DataTexture, InstancedBufferAttribute, type InstancedMesh, type Intersection, type Material, type Mesh, type Object3D } from 'three';
import type { GLTF, GLTFLoaderPlugin, GLTFParser } from 'three/addons/loaders/GLTFLoader.js';

/** As surveyed (`null`), not at all, or mixed with a colour: red, green, blue and its share, 0 … 1. */
export type Look = readonly [number, number, number, number] | 'hidden' | null;
export type LookOf = (id: string) => Look;

/** Looks in a row of the texture. */
const WIDTH = 256;
/** The share that says "not at all". */
const HIDDEN = 255;
const ATTRIBUTE = '_feature_id_0';
/** As the loader leaves the feature ids of instances: named as in the file, unlike those of vertices. */
const OF_INSTANCES = '_FEATURE_ID_0';

/** The rows of a tile's property table, in its order. */
export class FeatureTable {
  /** For each side of a comparison. One texel a row; the last stands for triangles that belong to nothing. */
  readonly #sides: DataTexture[] = [];
  /** What the shader reads. */
  readonly looks: { value: DataTexture };

  constructor(readonly ids: readonly string[]) {
    this.looks = { value: this.#side(0) };
  }

  /** Shows one side; the first where the other has no looks of its own. */
  enter(side: number): void {
    this.looks.value = this.#sides[side] ?? this.#side(0);
  }

  dispose(): void {
    for (const texture of this.#sides) texture.dispose();
  }

  paint(lookOf: LookOf, side = 0): void {
    const texture = this.#side(side);
    const texels = texture.image.data as Uint8Array;
    this.ids.forEach((id, row) => {
      const look = lookOf(id);
      const [r, g, b, share] = look === 'hidden' || look === null ? [0, 0, 0, 0] : look;
      const texel = [r, g, b, share].map((part) => Math.min(Math.round(part * 255), HIDDEN - 1));
      if (look === 'hidden') texel[3] = HIDDEN;
      texels.set(texel, row * 4);
    });
    texture.needsUpdate = true;
  }

  #side(side: number): DataTexture {
    const height = Math.ceil((this.ids.length + 1) / WIDTH);
    return (this.#sides[side] ??= new DataTexture(new Uint8Array(WIDTH * height * 4), WIDTH, height));
  }

  hides(row: number): boolean {
    return (this.looks.value.image.data as Uint8Array)[row * 4 + 3] === HIDDEN;
  }
}

const isMesh = (part: Object3D): part is Mesh => 'isMesh' in part;
const isInstanced = (part: Mesh): part is InstancedMesh => 'isInstancedMesh' in part;

/** The row of a vertex of a mesh, or of one of its instances. */
export const rowAt = ({ geometry }: Mesh, at: number): number => geometry.getAttribute(ATTRIBUTE).getX(at);

/** The row of what a ray met: null if its tile knows no objects. */
export function rowOf(hit: Intersection): { table: FeatureTable; row: number } | null {
  const table: unknown = hit.object.userData.features;
  if (!(table instanceof FeatureTable) || !isMesh(hit.object) || !hit.face) return null;
  return { table, row: rowAt(hit.object, hit.instanceId ?? hit.face.a) };
}

/** The object that a ray met; null for none; undefined if its tile knows no objects. */
export function objectOf(hit: Intersection): string | null | undefined {
  const found = rowOf(hit);
  return found ? (found.table.ids[found.row] ?? null) : undefined;
}

export function isHidden(hit: Intersection): boolean {
  const found = rowOf(hit);
  return found?.table.hides(found.row) ?? false;
}

/** The table of a loaded tile. */
export const tableOf = (scene: Object3D): FeatureTable | null => (scene.userData.features as FeatureTable | undefined) ?? null;

interface Column {
  readonly values: number;
  readonly stringOffsets: number;
  readonly stringOffsetType?: 'UINT8' | 'UINT16' | 'UINT32';
}

interface Document {
  readonly extensions?: {
    readonly EXT_structural_metadata?: { readonly propertyTables?: readonly { readonly properties: { readonly id?: Column } }[] };
  };
}

const OFFSETS = { UINT8: Uint8Array, UINT16: Uint16Array, UINT32: Uint32Array };

async function readStrings(parser: GLTFParser, column: Column): Promise<string[]> {
  const view = (index: number): Promise<ArrayBuffer> => parser.getDependency('bufferView', index) as Promise<ArrayBuffer>;
  const [values, bytes] = await Promise.all([view(column.values), view(column.stringOffsets)]);
  const offsets = new OFFSETS[column.stringOffsetType ?? 'UINT32'](bytes);
  const text = new TextDecoder();
  return Array.from({ length: offsets.length - 1 }, (_, row) => text.decode(values.slice(offsets[row], offsets[row + 1])));
}

/** Gives a loaded scene other materials, before they are made to read looks. */
export type Restyle = (scene: Object3D) => void;

/** Extends the glTF loader: scenes get their table, materials of meshes with ids the look of it. */
export const featuresPlugin =
  (restyle?: Restyle) =>
  (parser: GLTFParser): GLTFLoaderPlugin => ({
    name: 'EXT_structural_metadata',
    async afterRoot({ scene }: GLTF) {
      restyle?.(scene);
      const column = (parser.json as Document).extensions?.EXT_structural_metadata?.propertyTables?.[0]?.properties.id;
      if (!column) return;
      const table = new FeatureTable(await readStrings(parser, column));
      scene.userData.features = table;
      const dressed = new Set<Material>();
      scene.traverse((part) => {
        if (!isMesh(part)) return;
        if (isInstanced(part)) takeInstanceIds(part);
        if (!part.geometry.hasAttribute(ATTRIBUTE)) return;
        part.userData.features = table;
        for (const material of [part.material].flat()) {
          if (!dressed.has(material)) dress(material, table);
          dressed.add(material);
        }
      });
    },
  });

/**
 * Gives ids of instances the name under which the shader knows those of vertices. Where ids are stored
 * with padding, as four-byte alignment asks of short ones, the loader copies the padding too.
 */
function takeInstanceIds({ geometry, count }: InstancedMesh): void {
  const found = geometry.attributes[OF_INSTANCES];
  if (!found) return;
  const step = Math.max(1, Math.floor(found.array.length / count));
  // Floats hold all ids of up to 24 bits, which the shader's attribute is anyway.
  const ids = Float32Array.from({ length: count }, (_, at) => found.array[at * step] ?? 0);
  geometry.setAttribute(ATTRIBUTE, new InstancedBufferAttribute(ids, 1)).deleteAttribute(OF_INSTANCES);
}

/** Makes a material read its looks from a table. A hidden triangle is moved out of the picture. */
function dress(material: Material, table: FeatureTable): void {
  const before = material.onBeforeCompile.bind(material);
  material.onBeforeCompile = (shader, renderer) => {
    before(shader, renderer);
    shader.uniforms.looks = table.looks;
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', `#include <common>\nattribute float ${ATTRIBUTE};\nuniform sampler2D looks;\nflat varying vec4 look;`)
      .replace(
        '#include <project_vertex>',
        `#include <project_vertex>
        int row = int(${ATTRIBUTE} + .5);
        look = texelFetch(looks, ivec2(row % ${WIDTH}, row / ${WIDTH}), 0);
        if (look.a > .999) gl_Position = vec4(2., 2., 2., 1.);`,
      );
    // The light of the survey stays, so that windows and edges can still be seen.
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', '#include <common>\nflat varying vec4 look;')
      .replace(
        '#include <map_fragment>',
        `#include <map_fragment>
        float lightness = dot(diffuseColor.rgb, vec3(.2126, .7152, .0722));
        #ifdef LAMBERT
        // Of plain colours, half of red and half of cyan would be grey; and what is dark would swallow all.
        float share = look.a * 1.4;
        lightness = max(lightness, .4);
        #else
        float share = look.a;
        #endif
        diffuseColor.rgb = mix(diffuseColor.rgb, pow(look.rgb, vec3(2.2)) * (lightness + .25), share);
        diffuseColor.a = mix(diffuseColor.a, 1., look.a * .6);`,
      );
  };
  // Materials of one kind share a program; what restyled them counts, not the table.
  material.customProgramCacheKey = () => `features${String(material.userData.program ?? '')}`;
}
