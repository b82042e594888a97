// What the search has found, by group: devices, zones, buildings, and on the server storeys, elements
// and spaces. Arrow keys move through all of it, Enter flies there.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { named } from '../i18n';
import { goToBuilding } from '../state/actions';
import { storeys } from '../state/bim';
import { answers, foundBuildings, foundDevices, foundZones, goToFound, goToZone, SHOWN, startSearch, type Found, type FoundKind } from '../state/search';
import { selection } from '../state/selection';
import { language, texts } from '../state/settings';
import { buildingName, zoneName } from './BuildingRows';
import { classWord } from './bim-texts';
import { DeviceRow } from './DeviceRows';
import { groundWords } from './ground-texts';
import { Icon } from './Icon';
import { moveInList } from './rows';

export function SearchResults() {
  const t = groundWords.value;
  const gone = useSignal('');
  useEffect(startSearch, []);
  const chosen = selection.value;
  const current = chosen && chosen.type !== 'ground' ? chosen.id : null;
  const [devices, zones, buildings] = [foundDevices.value, foundZones.value, foundBuildings.value];
  const remote = [...answers.value];
  const waiting = remote.some(([, answer]) => answer === null);
  const failed = remote.some(([, answer]) => answer === 'failed');
  const count = devices.length + zones.length + buildings.length + remote.reduce((sum, [, answer]) => sum + (answer && answer !== 'failed' ? answer.matched : 0), 0);
  const go = (found: Found): void => {
    gone.value = '';
    goToFound(found).catch(() => (gone.value = found.id));
  };
  return (
    <div class="results" onKeyDown={moveInList}>
      <p class="note" role="status">
        {waiting ? t.searching : count === 0 && !failed ? t.nothingFound : t.found(count)}
      </p>
      <Group kind="devices" count={devices.length}>
        {devices.slice(0, SHOWN).map((device) => (
          <li key={device.id}>
            <DeviceRow device={device} name={named(device.name, language.value, device.id)} current={device.id === current} tabStop listed />
          </li>
        ))}
      </Group>
      <Group kind="buildings" count={buildings.length}>
        {buildings.slice(0, SHOWN).map((one) => (
          <Line key={one.id} id={`row-${one.id}`} icon="building-2" name={buildingName(one)} note={[zoneName(one.zone), address(one.properties?.address)].filter(Boolean).join(' · ')} current={one.id === current} press={() => goToBuilding(one)} />
        ))}
      </Group>
      <Group kind="zones" count={zones.length}>
        {zones.slice(0, SHOWN).map((zone) => (
          <Line key={zone.id} icon="map-pin" name={named(zone.name, language.value, zone.id)} note={zone.id} current={false} press={() => goToZone(zone)} />
        ))}
      </Group>
      {remote.map(([kind, answer]) =>
        answer && answer !== 'failed' ? (
          <Group key={kind} kind={kind} count={answer.matched}>
            {answer.found.map((found) => (
              <Line key={found.id} icon={kind === 'storeys' ? 'layers' : 'box'} name={nameOf(found)} note={gone.value === found.id ? t.goneFound : whereOf(found)} current={found.id === current} press={() => go(found)} />
            ))}
          </Group>
        ) : null,
      )}
      {failed && <p class="empty">{t.searchFailed}</p>}
    </div>
  );
}

function Group({ kind, count, children }: { kind: FoundKind; count: number; children: ComponentChildren }) {
  const t = groundWords.value;
  if (count === 0) return null;
  return (
    <section aria-label={t.groups[kind]}>
      <h3>
        {t.groups[kind]} <span class="figure">{count}</span>
      </h3>
      <ul class="rows">{children}</ul>
      {count > SHOWN && <p class="note">{t.moreFound(count - SHOWN)}</p>}
    </section>
  );
}

function Line({ id, icon, name, note, current, press }: { id?: string; icon: 'building-2' | 'map-pin' | 'layers' | 'box'; name: string; note: string; current: boolean; press: () => void }) {
  return (
    <li>
      <button class="item" id={id} aria-current={current} onClick={press}>
        <Icon name={icon} />
        <span class="what">
          {name}
          <small>{note}</small>
        </span>
      </button>
    </li>
  );
}

const address = (value: unknown): string => (typeof value === 'string' ? value : '');

const nameOf = (found: Found): string => named(found.name, language.value, '') || found.typeName || classWord(found.ifcClass) || found.id;

/** Its class, its building or source, and its storey. */
function whereOf({ ifcClass, source, storey, id }: Found): string {
  const of = storeys.value?.get(source)?.find((one) => one.id === storey);
  return [classWord(ifcClass), source, of && of.id !== id ? named(of.name, language.value, texts.value.storeys) : ''].filter(Boolean).join(' · ');
}
