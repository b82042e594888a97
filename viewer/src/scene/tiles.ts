// The one place that knows the 3D Tiles library.
//
// In: the address of a tileset and the matrix from its frame to the world. Out: an engine group that
// refines itself to the camera, its progress, and ray hits. Called by the layers of tiles.
// Follows 3D Tiles 1.1; contents are glTF with EXT_meshopt_compression, KHR_mesh_quantization, what
// scene/features reads, and textures that the browser decodes or, by KHR_texture_basisu, the given loader.
import { TilesRenderer } from '3d-tiles-renderer/three';
import { CompressedTexture, Matrix4, Mesh, Raycaster, Texture, Vector3, type Camera, type Intersection, type Material, type Object3D } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import { featuresPlugin, isHidden, objectOf, tableOf, type FeatureTable, type LookOf, type Restyle } from './features';
import type { LazyKtx2Loader } from './ktx2';
import { adaptErrorTarget, retryDelay_ms } from './tile-policy';
import type { Vec } from './pose';

export interface TileCounts {
  /** Tiles that are there, of those wanted since loading began. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly visible: number;
}

/** What a ray met: where, and whose it is; `object` is undefined where tiles know no objects. */
export interface TileHit {
  readonly point: Vec;
  readonly distance_m: number;
  readonly object: string | null | undefined;
  /** As the engine tells it; `scene/hits` reads it. */
  readonly raw: Intersection;
}

/** What a section does to rays. */
export interface Cut {
  hides(point: Vec): boolean;
  /** How far away a ray meets the face of the cut, where what it met is seen from within; null elsewhere. */
  face_m(from: Vec, hit: Intersection): number | null;
}

/** How a ray is asked. */
export interface Asked {
  readonly cut?: Cut | null;
  readonly far_m?: number;
}

export interface TileOptions {
  readonly url: string;
  readonly toWorld: readonly number[];
  readonly errorTarget_px: number;
  readonly phone: boolean;
  readonly ktx2: LazyKtx2Loader;
  readonly changed: () => void;
  /** Gives loaded scenes other materials than the file says. */
  readonly restyle?: Restyle;
}

/** How fine tiles are drawn, beside what their layer asks for. */
export interface TileQuality {
  /** Times as many pixels of error. */
  readonly errorScale: number;
  readonly anisotropy: number;
  /** Memory that tiles may take. */
  readonly cache_bytes: number;
}

/** Counters of the library that its types leave out. */
interface LibraryStats {
  inCacheSinceLoad: number;
  queued: number;
  downloading: number;
  parsing: number;
  failed: number;
  visible: number;
  refused: number;
}

/** Memory that tiles may take: desktop and phone. */
const CACHE_BYTES = { desktop: 512 * 2 ** 20, phone: 192 * 2 ** 20 };
/** Smaller angles between surface and view keep their texture sharp; more costs more. */
const ANISOTROPY = 4;

/** What a texture takes on the GPU: its levels as they are, or four bytes a pixel and a third for smaller levels. */
function textureBytes(map: Texture): number {
  if (map instanceof CompressedTexture) {
    return map.mipmaps.reduce((sum, level) => sum + ((level as { data?: ArrayBufferView }).data?.byteLength ?? 0), 0);
  }
  const image = map.image as { width?: number; height?: number } | null;
  return ((image?.width ?? 0) * (image?.height ?? 0) * 16) / 3;
}

export class TileLayer {
  readonly group: Object3D;
  readonly #tiles: TilesRenderer;
  readonly #raycaster = new Raycaster();
  readonly #textureBytes = new Map<Object3D, number>();
  readonly #tables = new Map<Object3D, FeatureTable>();
  readonly #changed: () => void;
  #errorTarget: number;
  #errorScale = 1;
  #anisotropy = ANISOTROPY;
  readonly #lookOf: LookOf[] = [() => null];
  #retryTimer = 0;
  #failures = 0;
  #disposed = false;

  constructor(options: TileOptions) {
    this.#changed = options.changed;
    this.#errorTarget = options.errorTarget_px;
    const tiles = new TilesRenderer(options.url);
    this.#tiles = tiles;
    tiles.errorTarget = options.errorTarget_px;
    tiles.lruCache.maxBytesSize = options.phone ? CACHE_BYTES.phone : CACHE_BYTES.desktop;
    tiles.lruCache.minBytesSize = tiles.lruCache.maxBytesSize * 0.75;
    const loader = new GLTFLoader(tiles.manager);
    loader.setMeshoptDecoder(MeshoptDecoder);
    loader.register(featuresPlugin(options.restyle));
    loader.setKTX2Loader(options.ktx2 as unknown as Parameters<GLTFLoader['setKTX2Loader']>[0]);
    tiles.manager.addHandler(/\.(gltf|glb)$/, loader);

    this.group = tiles.group;
    this.group.matrixAutoUpdate = false;
    this.group.matrix.copy(new Matrix4().fromArray([...options.toWorld]));
    this.group.updateMatrixWorld(true);

    tiles.addEventListener('needs-update', this.#changed);
    tiles.addEventListener('load-model', ({ scene }) => this.#modelLoaded(scene));
    tiles.addEventListener('dispose-model', ({ scene }) => this.#modelGone(scene));
    tiles.addEventListener('load-error', () => this.#retryLater());
  }

  /** Chooses tiles for the camera and starts their downloads. Call once before each drawing. */
  update(camera: Camera, width_px: number, height_px: number): void {
    this.#tiles.setCamera(camera);
    this.#tiles.setResolution(camera, width_px, height_px);
    this.#tiles.update();
    const { refused } = this.#stats;
    const full = this.memoryBytes / this.#tiles.lruCache.maxBytesSize;
    const target = adaptErrorTarget(this.#tiles.errorTarget, this.#wanted, refused, full, this.idle);
    if (target !== this.#tiles.errorTarget) {
      this.#tiles.errorTarget = target;
      this.#changed();
    }
  }

  /** Pixels by which what is drawn may differ from the finest there is. */
  set errorTarget_px(wanted: number) {
    if (this.#errorTarget === wanted) return;
    this.#errorTarget = wanted;
    this.#tiles.errorTarget = this.#wanted;
    this.#changed();
  }

  set quality({ errorScale, anisotropy, cache_bytes }: TileQuality) {
    const { lruCache } = this.#tiles;
    if (lruCache.maxBytesSize !== cache_bytes) {
      lruCache.maxBytesSize = cache_bytes;
      lruCache.minBytesSize = cache_bytes * 0.75;
    }
    if (errorScale !== this.#errorScale) {
      this.#errorScale = errorScale;
      this.#tiles.errorTarget = this.#wanted;
    }
    if (anisotropy !== this.#anisotropy) {
      this.#anisotropy = anisotropy;
      for (const scene of this.#textureBytes.keys()) this.#sharpen(scene);
    }
    this.#changed();
  }

  /** What is inside a building stays exact at any quality. */
  get #wanted(): number {
    return this.#errorTarget < 1 ? this.#errorTarget : this.#errorTarget * this.#errorScale;
  }

  /** Whether nothing is wanted that is not there. */
  get idle(): boolean {
    const { queued, downloading, parsing } = this.#stats;
    return this.#tiles.root !== null && queued + downloading + parsing === 0 && !this.#tiles.processNodeQueue.running;
  }

  get counts(): TileCounts {
    const { queued, downloading, parsing, failed, visible, inCacheSinceLoad } = this.#stats;
    const left = queued + downloading + parsing;
    return { done: Math.max(0, inCacheSinceLoad - left), total: inCacheSinceLoad, failed: failed + (this.#rootFailed ? 1 : 0), visible };
  }

  /** Bytes that decoded textures take, mip levels included. */
  get textureBytes(): number {
    return [...this.#textureBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  get memoryBytes(): number {
    return (this.#tiles.lruCache as unknown as { cachedBytes: number }).cachedBytes;
  }

  /**
   * Where a ray first meets what is drawn; null if it meets none of what is loaded. What it meets from
   * within, behind a cut, is seen as the face of the cut, and that is where it is met.
   */
  hit(from: Vec, ray: Vec, { cut = null, far_m = Infinity }: Asked = {}): TileHit | null {
    this.#raycaster.set(new Vector3(...from), new Vector3(...ray).normalize());
    this.#raycaster.far = far_m;
    const isSeen = (next: Intersection): boolean => !isHidden(next) && !cut?.hides(next.point.toArray());
    const first = this.#cast(true)[0];
    // Behind something hidden or cut away lies what is seen there.
    const hit = first && !isSeen(first) ? this.#cast(false).find(isSeen) : first;
    if (!hit) return null;
    const distance_m = cut?.face_m(from, hit) ?? hit.distance;
    return { point: this.#raycaster.ray.at(distance_m, new Vector3()).toArray(), distance_m, object: objectOf(hit), raw: hit };
  }

  /** The loaded contents, each with the table of its objects. */
  get contents(): ReadonlyMap<Object3D, FeatureTable> {
    return this.#tables;
  }

  /** Draws objects as `lookOf` says from now on, in all tiles, also in those still to come; on one side of a comparison. */
  paint(lookOf: LookOf, side = 0): void {
    this.#lookOf[side] = lookOf;
    for (const table of this.#tables.values()) table.paint(lookOf, side);
    this.#changed();
  }

  /** Draws and hits one side from now on. */
  enter(side: number): void {
    for (const table of this.#tables.values()) table.enter(side);
  }

  /** Loads also what another camera sees, at so many pixels; until the returned function is called. */
  watch(camera: Camera, size_px: number): () => void {
    this.#tiles.setCamera(camera);
    this.#tiles.setResolution(camera, size_px, size_px);
    this.#changed();
    return () => {
      this.#tiles.deleteCamera(camera);
      this.#changed();
    };
  }

  /** Whether a loaded tile knows objects. */
  get identified(): boolean {
    return this.#tables.size > 0;
  }

  /** Ids of the objects in loaded tiles. */
  get objects(): ReadonlySet<string> {
    return new Set([...this.#tables.values()].flatMap(({ ids }) => ids));
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#retryTimer);
    this.#tiles.removeEventListener('needs-update', this.#changed);
    this.#tiles.dispose();
    for (const table of this.#tables.values()) table.dispose();
    this.#tables.clear();
    this.#textureBytes.clear();
  }

  get #stats(): LibraryStats {
    return (this.#tiles as unknown as { stats: LibraryStats }).stats;
  }

  get #rootFailed(): boolean {
    return this.#failures > 0 && this.#tiles.root === null;
  }

  #cast(firstHitOnly: boolean): Intersection[] {
    Object.assign(this.#raycaster, { firstHitOnly });
    return this.#raycaster.intersectObject(this.group, true);
  }

  /** Gives the textures of a loaded content their anisotropy; says what they take. */
  #sharpen(model: Object3D): number {
    let bytes = 0;
    model.traverse((part) => {
      if (!(part instanceof Mesh)) return;
      for (const material of [part.material].flat() as (Material & { map?: Texture | null })[]) {
        const map = material.map;
        if (!map) continue;
        if (map.anisotropy !== this.#anisotropy) {
          map.anisotropy = this.#anisotropy;
          if (map.version > 0) map.needsUpdate = true;
        }
        bytes += textureBytes(map);
      }
    });
    return bytes;
  }

  #modelGone(model: Object3D): void {
    this.#textureBytes.delete(model);
    this.#tables.get(model)?.dispose();
    this.#tables.delete(model);
  }

  #modelLoaded(model: Object3D): void {
    const table = tableOf(model);
    if (table) {
      this.#tables.set(model, table);
      this.#lookOf.forEach((lookOf, side) => table.paint(lookOf, side));
    }
    this.#textureBytes.set(model, this.#sharpen(model));
    this.#failures = 0;
    this.#changed();
  }

  #retryLater(): void {
    this.#changed();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = window.setTimeout(() => {
      if (this.#disposed) return;
      this.#failures++;
      this.#tiles.resetFailedTiles();
      this.#changed();
    }, retryDelay_ms(this.#failures));
  }
}
