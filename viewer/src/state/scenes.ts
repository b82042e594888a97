// Which scene of a publication is opened. Knows nothing but the catalogue: it is asked before the engine has come.
import type { Catalog, Scene } from '../api/types';

const isPlace = ({ content }: Scene): boolean => content === undefined || content === 'place';

/** The scene of the whole community to open: on a phone the light one, else the full one, as far as there is one. */
export function chooseScene(catalog: Catalog, phone: boolean): Scene | null {
  const whole = catalog.scenes.filter((scene) => isPlace(scene) && (scene.zone === undefined || scene.zone === null));
  const wanted = phone ? 'app' : 'full';
  return whole.find((scene) => scene.profile === wanted) ?? whole[0] ?? catalog.scenes[0] ?? null;
}

/** Whether a scene shows the place of one zone lightly; scenes name a zone by its id in the plan. */
export const isLightOf = (scene: Scene, zone: string): boolean => scene.profile === 'app' && isPlace(scene) && `zone/${scene.zone}` === zone;

/** The light scene of a zone, as far as one was built; else that of the whole community. */
export const chooseLight = (catalog: Catalog, zone: string | null): Scene | null =>
  catalog.scenes.find((scene) => zone !== null && isLightOf(scene, zone)) ?? chooseScene(catalog, true);
