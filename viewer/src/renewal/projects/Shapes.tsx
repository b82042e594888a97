// Lines, areas and points as places: those drawn in this browser in the model, and those of a GeoJSON file or text.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ProjectPlace } from '../../api/project-work';
import { drawTexts } from '../../i18n/draw';
import { geographicToLocal } from '../../scene/georef';
import { ImportError, readGeoJson, type Drawable, type Frame, type Vec } from '../../state/geojson';
import { drawnKey } from '../../state/shape-store';
import { drawnHere, hasPlace, placeOfShape, sizeOf } from '../../state/renewal/project-shapes';
import { publication } from '../../state/session';
import { language } from '../../state/settings';
import { FileButton } from '../FileButton';
import { planWords } from './plan-words';
import { sizeIn, usePlaceName } from './PlaceLink';

interface Props {
  readonly taken: readonly ProjectPlace[];
  readonly add: (places: readonly ProjectPlace[]) => void;
}

export function Shapes(props: Props) {
  const community = publication.value?.catalog.community;
  if (!community) return null;
  return (
    <details class="p-shapes-of">
      <summary>{planWords.value.shapes}</summary>
      <Drawn community={community.id} {...props} />
      <File add={props.add} />
    </details>
  );
}

function Drawn({ community, taken, add }: Props & { community: string }) {
  const t = planWords.value;
  const drawn = useSignal<readonly Drawable[]>([]);
  useEffect(() => {
    // Drawn meanwhile in another window.
    const look = (event?: StorageEvent): void => {
      if (event === undefined || event.key === null || event.key === drawnKey(community)) drawn.value = drawnHere(community);
    };
    look();
    addEventListener('storage', look);
    return () => removeEventListener('storage', look);
  }, [community]);
  return (
    <>
      <p class="n-note">
        {drawn.value.length === 0 ? t.drawnNone : t.drawnHere}{' '}
        <a href="./" target="_blank" rel="noopener">
          {t.toDraw}
        </a>
      </p>
      {drawn.value.length > 0 && (
        <ul class="p-found">
          {drawn.value.map((shape, at) => (
            <li key={at}>
              <Shape shape={shape} taken={taken} add={add} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Shape({ shape, taken, add }: Props & { shape: Drawable }) {
  const place = placeOfShape(shape);
  const isTaken = hasPlace(taken, place);
  const name = usePlaceName(place);
  const size = sizeOf(place);
  return (
    <button class="item" type="button" aria-pressed={isTaken} disabled={isTaken} onClick={() => add([place])}>
      <span>{shape.name === '' ? name : shape.name}</span>
      <small>{shape.name === '' ? '' : size ? sizeIn(size) : name}</small>
    </button>
  );
}

/** The way from the Earth to the community; heights of points without one are those of its origin. */
function frameOf(): Frame | null {
  const origin = publication.peek()?.catalog.community.origin;
  if (!origin) return null;
  const at = { height_m: 0, ...origin };
  return {
    toEarth: (p) => p,
    toLocal: ([longitude_deg, latitude_deg, height_m]): Vec => {
      const { east_m, north_m, up_m } = geographicToLocal(at, { longitude_deg, latitude_deg, height_m });
      return [east_m, north_m, up_m];
    },
    ground: () => 0,
  };
}

function File({ add }: Pick<Props, 'add'>) {
  const [t, d] = [planWords.value, drawTexts(language.value)];
  const pasting = useSignal(false);
  const said = useSignal<{ readonly text: string; readonly wrong: boolean } | null>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const frame = frameOf();
  if (!frame) return <p class="n-note">{t.noEarth}</p>;
  const take = (content: string): void => {
    try {
      const read = readGeoJson(content, frame);
      add(read.map(placeOfShape));
      [pasting.value, said.value] = [false, { text: d.taken(read.length), wrong: false }];
    } catch (error) {
      said.value = { text: d.failed[error instanceof ImportError ? error.failure : 'no-geojson'], wrong: true };
    }
  };
  return (
    <div class="p-file">
      <FileButton
        label={t.geoJson}
        accept=".geojson,.json,application/geo+json,application/json"
        choose={([file]) => void file?.text().then(take, () => (said.value = { text: d.failed['no-json'], wrong: true }))}
      />
      <button class="link" type="button" aria-expanded={pasting.value} onClick={() => (pasting.value = !pasting.value)}>
        {d.paste}
      </button>
      {pasting.value && (
        <>
          <label>
            {d.pasteHere}
            <textarea ref={text} rows={4} />
          </label>
          <button class="button quiet p-add" type="button" onClick={() => take(text.current?.value ?? '')}>
            {d.take}
          </button>
        </>
      )}
      <p class={said.value?.wrong === true ? 'p-wrong' : 'n-note'} role="status">
        {said.value?.text}
      </p>
    </div>
  );
}
