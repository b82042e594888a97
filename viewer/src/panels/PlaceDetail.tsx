// A building or a point on the ground, and the facts about a place that devices share with them.
import type { LocalPoint, ModelObject } from '../api/types';
import { figure, named, quantity } from '../i18n';
import { goToBuilding } from '../state/actions';
import { ofBuilding } from '../state/bound';
import { devices } from '../state/devices';
import { area_m2 } from '../state/footprint';
import { models } from '../state/models';
import { place, selection, type Spot } from '../state/selection';
import { buildingById } from '../state/session';
import { language, texts } from '../state/settings';
import { BoundDevices } from './BoundDevices';
import { buildingName, numberOf, zoneName } from './BuildingRows';
import { DeviceRow } from './DeviceRows';
import { ShownAs } from './ShownAs';
import { moveInList } from './rows';
import { sheetWords } from './sheet-texts';

/** Devices listed beside a place. */
const NEARBY = 6;
/** Properties that have a line of their own. */
const SHOWN_BY_NAME = ['storeys', 'height_m', 'ground_m', 'name_zh', 'name_en', 'id'];

export function BuildingDetail({ building, spot }: { building: ModelObject; spot: Spot | null }) {
  const t = texts.value;
  const zone = zoneName(building.zone);
  const area = area_m2(building);
  const rows: [string, string][] = [[t.identifier, building.id]];
  if (zone !== '') rows.push([t.zone, zone]);
  const storeys = numberOf(building, 'storeys');
  if (storeys !== null) rows.push([t.storeys, figure(storeys, language.value, 0)]);
  const height = numberOf(building, 'height_m');
  if (height !== null) rows.push([t.height, quantity(height, 'm', language.value, 1, 1)]);
  const ground = numberOf(building, 'ground_m');
  if (ground !== null) rows.push([sheetWords.value.groundHeight, quantity(ground, 'm', language.value, 1, 1)]);
  if (area > 0) rows.push([sheetWords.value.footprintArea, quantity(area, 'm²', language.value, 0)]);
  const others = Object.entries(building.properties ?? {}).filter(([name]) => !SHOWN_BY_NAME.includes(name));
  return (
    <>
      <section>
        <Facts rows={rows} />
      </section>
      <ShownAs building={building.id} />
      {others.length > 0 && (
        <section>
          <h3>{t.properties}</h3>
          <Facts rows={others.map(([name, value]) => [known(t.propertyNames, name), known(t.propertyValues, plain(value))])} />
        </section>
      )}
      <BoundDevices covers={ofBuilding(building.id, models.value)} />
      {spot && <SpotSection spot={spot} />}
      <NearbyDevices title={sheetWords.value.nearbyDevices} />
    </>
  );
}

export function GroundDetail({ spot }: { spot: Spot }) {
  return (
    <>
      <section>
        <dl class="facts">
          <PlaceFacts />
        </dl>
      </section>
      <SpotSection spot={spot} />
      <NearbyDevices title={sheetWords.value.nearbyDevices} />
    </>
  );
}

/** Zone and building as the server knows them. */
export function PlaceFacts() {
  const t = texts.value;
  const found = place.value;
  if (found === null) return <Fact name={t.zone} value={t.looking} />;
  if (found === 'failed') return <Fact name={t.zone} value={sheetWords.value.lookupFailed} />;
  const { zone, building } = found;
  const known = building ? buildingById.value.get(building.id) : undefined;
  return (
    <>
      <Fact name={t.zone} value={zone ? named(zone.name, language.value, zone.id.replace(/^zone\//, '')) : t.none} />
      <dt>{t.building}</dt>
      <dd>
        {known ? (
          <button class="link" onClick={() => goToBuilding(known)}>
            {buildingName(known)}
          </button>
        ) : (
          t.none
        )}
      </dd>
    </>
  );
}

export function LocalFacts({ local }: { local: LocalPoint }) {
  const t = texts.value;
  // Below each other, figures have the same decimals.
  const m = (value: number): string => quantity(value, 'm', language.value, 1, 1);
  return (
    <>
      <Fact name={t.east} value={m(local.east_m)} />
      <Fact name={t.north} value={m(local.north_m)} />
      <Fact name={t.up} value={m(local.up_m)} />
    </>
  );
}

function SpotSection({ spot }: { spot: Spot }) {
  const t = texts.value;
  const { geographic } = spot;
  return (
    <section>
      <h3>{t.where}</h3>
      <dl class="facts">
        {geographic && (
          <>
            <Fact name={t.longitude} value={`${geographic.longitude_deg.toFixed(6)}°`} />
            <Fact name={t.latitude} value={`${geographic.latitude_deg.toFixed(6)}°`} />
            <Fact name={sheetWords.value.ellipsoidHeight} value={quantity(geographic.height_m, 'm', language.value, 1, 1)} />
          </>
        )}
        <LocalFacts local={spot.local} />
      </dl>
    </section>
  );
}

function NearbyDevices({ title }: { title: string }) {
  const t = texts.value;
  const found = place.value;
  const chosen = selection.value;
  const list = found && found !== 'failed' ? found.devices.slice(0, NEARBY) : [];
  return (
    <section class="flush">
      <h3>{title}</h3>
      {found === null && <p class="empty">{t.looking}</p>}
      {found === 'failed' && <p class="empty">{sheetWords.value.lookupFailed}</p>}
      {found && found !== 'failed' && list.length === 0 && <p class="empty">{sheetWords.value.noneNearby}</p>}
      <ul class="rows" onKeyDown={moveInList}>
        {list.map(({ device, distance_m }, i) => (
          <li key={device.id}>
            <DeviceRow
              device={devices.value.get(device.id) ?? device}
              name={named(device.name, language.value, device.id)}
              current={chosen?.type === 'device' && chosen.id === device.id}
              tabStop={i === 0}
              note={quantity(distance_m, 'm', language.value, 0)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ rows }: { rows: [string, string][] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** The word for a common name or value; what the source says itself for others. */
const known = (words: Readonly<Record<string, string>>, text: string): string => words[text] ?? text;

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
