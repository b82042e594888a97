// The buildings of the model, by name; a click flies there and outlines the footprint.
import type { ModelObject } from '../api/types';
import { figure, named } from '../i18n';
import { goToBuilding, showHidden } from '../state/actions';
import { filter } from '../state/devices';
import { replaced } from '../state/models';
import { hidden, selection } from '../state/selection';
import { buildings, publication, zones } from '../state/session';
import { language, texts } from '../state/settings';
import { Icon } from './Icon';
import { moveInList } from './rows';

/** The name of a building, else its id without the class. */
export const buildingName = (building: ModelObject): string => named(building.name, language.value, building.id.replace(/^building\//, ''));

export const zoneName = (id: string | null | undefined): string => {
  const zone = zones.value.find((z) => z.id === id);
  return zone ? named(zone.name, language.value, zone.id.replace(/^zone\//, '')) : '';
};

/** A property that should be a number. */
export function numberOf(object: ModelObject, name: string): number | null {
  const value = object.properties?.[name];
  return typeof value === 'number' ? value : null;
}

export function BuildingRows() {
  const t = texts.value;
  const text = filter.value.text.trim().toLowerCase();
  const collator = new Intl.Collator(language.value === 'zh' ? 'zh-CN' : 'en', { numeric: true });
  const rows = buildings.value
    .filter((b) => text === '' || [b.id, b.name?.zh, b.name?.en].some((name) => name?.toLowerCase().includes(text)))
    .map((building) => ({ building, name: buildingName(building) }))
    .sort((a, b) => collator.compare(a.name, b.name));
  if (buildings.value.length === 0) return <p class="empty">{publication.value ? t.noBuildings : t.looking}</p>;
  if (rows.length === 0) return <p class="empty">{t.noMatch}</p>;
  const now = selection.value;
  const current = now?.type === 'building' ? now.id : null;
  const stop = rows.some(({ building }) => building.id === current) ? current : rows[0]?.building.id;
  return (
    <>
      <ul class="rows" onKeyDown={moveInList}>
        {rows.map(({ building, name }) => {
          const storeys = numberOf(building, 'storeys');
          const notes = [zoneName(building.zone), storeys === null ? '' : `${t.storeys} ${figure(storeys, language.value, 0)}`, replaced.value.has(building.id) ? t.asModel : hidden.value.has(building.id) ? t.hiddenNote : ''];
          return (
            <li key={building.id}>
              <button class="item" id={`row-${building.id}`} aria-current={building.id === current} tabIndex={building.id === stop ? 0 : -1} onClick={() => goToBuilding(building)}>
                <Icon name="building-2" />
                <span class="what">
                  {name}
                  <small>{notes.filter(Boolean).join(' · ')}</small>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {hidden.value.size > 0 && (
        <p class="more">
          <button class="button quiet" onClick={showHidden}>
            {t.showHidden(hidden.value.size)}
          </button>
        </p>
      )}
      <p class="more">
        <small>{t.shownOf(rows.length, buildings.value.length)}</small>
      </p>
    </>
  );
}
