// What the scene of the first page begins with, asked for while its engine is still on its way: the catalogue, the
// tileset, and what stands in its root. They then lie in the browser's cache; on a slow network every round trip counts.
//
// In: the server. Out: the answer that the scene goes on with. Called by the first page, before the scene is fetched.
import { address, getCatalog } from '../api/client';
import type { CatalogAnswer } from '../api/types';
import { zone } from '../state/preferences';
import { chooseLight } from '../state/scenes';

interface Tile {
  readonly content?: { readonly uri: string };
}

export const asked: Promise<CatalogAnswer> = getCatalog();

asked.then(fetchFirst).catch(() => undefined);

/** Failures are left to the scene, which tells of them and tries again. */
async function fetchFirst({ base, catalog }: CatalogAnswer): Promise<void> {
  const scene = chooseLight(catalog, zone.peek());
  if (!scene) return;
  const tileset = new URL(scene.tileset, address(base));
  const { root } = (await (await fetch(tileset)).json()) as { readonly root: Tile };
  if (root.content) await fetch(new URL(root.content.uri, tileset));
}
