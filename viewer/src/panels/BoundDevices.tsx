// The devices that belong to an object of the model; nothing where there are none.
import { named } from '../i18n';
import { boundDevices } from '../state/bound';
import { devices } from '../state/devices';
import { language } from '../state/settings';
import { DeviceRow } from './DeviceRows';
import { moveInList } from './rows';
import { sheetWords } from './sheet-texts';

export function BoundDevices({ covers }: { covers: (object: string) => boolean }) {
  const list = boundDevices(devices.value.values(), covers);
  if (list.length === 0) return null;
  return (
    <section class="flush bound">
      <h3>{sheetWords.value.boundDevices(list.length)}</h3>
      <ul class="rows" onKeyDown={moveInList}>
        {list.map((device, i) => (
          <li key={device.id}>
            <DeviceRow device={device} name={named(device.name, language.value, device.id)} current={false} tabStop={i === 0} />
          </li>
        ))}
      </ul>
    </section>
  );
}
