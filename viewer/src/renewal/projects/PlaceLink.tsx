// A place of a project by its name, with a link to where it stands in the model.
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { getObject } from '../../api/client';
import type { ProjectPlace } from '../../api/project-work';
import { figure, named, quantity } from '../../i18n/format';
import { inModel } from '../../state/renewal/project-places';
import { sizeOf } from '../../state/renewal/project-shapes';
import { buildings, zones } from '../../state/session';
import { language } from '../../state/settings';
import { words } from '../words';
import { workWords } from './words';

export function PlaceLink({ place }: { place: ProjectPlace }) {
  const name = usePlaceName(place);
  const hash = inModel(place);
  return (
    <>
      {name} {hash !== null && <a href={`./${hash}`}>{words.value.inModel}</a>}
    </>
  );
}

/** What a place is called; an object of a building model is asked for. */
export function usePlaceName(place: ProjectPlace): string {
  const t = workWords.value;
  const asked = useSignal<string | null>(null);
  const id = place.type === 'object' ? place.object : null;
  const known = id === null ? null : [...buildings.value, ...zones.value].find((object) => object.id === id);
  useEffect(() => {
    asked.value = null;
    if (id === null || known) return;
    const stop = new AbortController();
    getObject(id, stop.signal).then(
      (object) => (asked.value = named(object.name, language.peek(), object.id)),
      // Its id says as much as is known: it may have left the model.
      () => undefined,
    );
    return () => stop.abort();
  }, [id, known?.id]);
  switch (place.type) {
    case 'object':
      return known ? named(known.name, language.value, known.id) : (asked.value ?? place.object);
    case 'point':
      return t.point(figure(place.position.east_m, language.value, 1), figure(place.position.north_m, language.value, 1));
    case 'line':
    case 'polygon': {
      const size = sizeOf(place);
      return (place.type === 'line' ? t.drawnLine : t.drawnArea)(size ? sizeIn(size) : '');
    }
  }
}

/** How long or how large, in words. */
export const sizeIn = ({ of, value }: NonNullable<ReturnType<typeof sizeOf>>): string => quantity(value, of === 'length' ? 'm' : 'm²', language.value, value < 100 ? 1 : 0);
