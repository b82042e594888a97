// Textures in KTX2: the transcoder, fetched from our own host when the first one turns up.
//
// In: the bytes of a KTX2 file with Basis Universal (KHR_texture_basisu). Out: a compressed texture in
// a format of this GPU. Called by the tiles through LazyKtx2Loader.
import { Loader, type CompressedTexture, type LoadingManager, type WebGLRenderer } from 'three';
import type { KTX2Loader } from 'three/addons/loaders/KTX2Loader.js';

/** Workers that transcode at the same time; each holds the transcoder once. */
const WORKERS = 2;

/**
 * Stands in for the loader of the engine until there is something to load. The engine asks it only
 * to parse bytes that stand in a glb.
 */
export class LazyKtx2Loader extends Loader {
  /** By this the engine knows that it can hand over bytes. */
  readonly isKTX2Loader = true;
  readonly #renderer: WebGLRenderer;
  #loader: Promise<KTX2Loader> | null = null;
  #disposed = false;

  constructor(renderer: WebGLRenderer, manager?: LoadingManager) {
    super(manager);
    this.#renderer = renderer;
  }

  parse(bytes: ArrayBuffer, onLoad: (texture: CompressedTexture) => void, onError: (reason: unknown) => void): void {
    this.#loader ??= this.#fetch();
    this.#loader.then((loader) => loader.parse(bytes, onLoad, onError)).catch(onError);
  }

  dispose(): void {
    this.#disposed = true;
    void this.#loader?.then((loader) => loader.dispose());
  }

  async #fetch(): Promise<KTX2Loader> {
    const { makeKtx2Loader } = await import('./ktx2-transcoder');
    if (this.#disposed) throw new Error('the scene was closed before its textures came');
    return makeKtx2Loader(this.#renderer, WORKERS);
  }
}
