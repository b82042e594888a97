// The plan of an emergency: what to do in which order, whom to call, how its devices are.
import { named } from '../i18n';
import type { DeviceView } from '../api/types';
import type { EmergencyPlan as PlanContent } from '../api/displays';
import { lookOf } from '../state/alarms';
import { devices } from '../state/devices';
import { inRing } from '../state/footprint';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { selection } from '../state/selection';
import { severity, STATUSES } from '../state/status';
import { command } from '../state/view';
import { emergency } from '../state/wall/displays';
import { Icon } from '../panels/Icon';
import tools from '../../../assets/icons/tools.json';
import { Glyph, Panel, useFit } from './parts';
import { words } from './texts';

export function Plan() {
  const t = words.value;
  const now = emergency.value;
  if (!now) return null;
  const { plan } = now;
  return (
    <Panel name="plan" title={named(plan.name, language.value, plan.id)} note={<LevelWord plan={plan} />}>
      {plan.steps.length > 0 && (
        <>
          <h3>{t.steps}</h3>
          <ol class="w-steps">
            {plan.steps.map((step, i) => (
              <li key={i}>{named(step, language.value, '')}</li>
            ))}
          </ol>
        </>
      )}
      <h3>{t.contacts}</h3>
      {plan.contacts.length === 0 && <p class="w-empty">{t.noContacts}</p>}
      <ul class="w-contacts">
        {plan.contacts.map(({ name, role, phone }, i) => (
          <li key={i}>
            <Icon d={tools.phone} />
            <span>
              <small>{named(role, language.value, '')}</small>
              {name}
            </span>
            <b>{phone}</b>
          </li>
        ))}
      </ul>
      <PlanDevices plan={plan} />
    </Panel>
  );
}

function LevelWord({ plan }: { plan: PlanContent }) {
  return (
    <span class="word" data-status={lookOf(plan.level)}>
      {words.value.level[plan.level]}
    </span>
  );
}

/** The devices that a plan names, and those of its kinds within its area, worst first. */
export function devicesOf(plan: PlanContent, all: Iterable<DeviceView>): DeviceView[] {
  const named = new Set(plan.devices);
  const meant = new Set(plan.kinds);
  return [...all]
    .filter(({ id, kind, position }) => named.has(id) || (meant.has(kind) && (!plan.area?.length || inRing(plan.area, position.east_m, position.north_m))))
    .sort((a, b) => severity(b.status) - severity(a.status) || Number(named.has(b.id)) - Number(named.has(a.id)) || (a.id < b.id ? -1 : 1));
}

const ROW = 44;

function PlanDevices({ plan }: { plan: PlanContent }) {
  const t = words.value;
  const [ref, fit] = useFit<HTMLUListElement>(ROW);
  const list = devicesOf(plan, devices.value.values());
  if (list.length === 0) return null;
  const room = list.length > fit ? Math.max(fit - 1, 0) : fit;
  const counts = STATUSES.map((status) => ({ status, n: list.filter((device) => device.status === status).length })).filter(({ n }) => n > 0);
  return (
    <>
      <h3>
        {t.planDevices}
        <span class="w-note">
          {counts.map(({ status, n }) => (
            <span key={status} class="w-legend" data-status={status}>
              <Glyph status={status} size={16} />
              {texts.value.status[status]} {n}
            </span>
          ))}
        </span>
      </h3>
      <ul class="w-devices" ref={ref}>
        {list.slice(0, room).map((device) => (
          <li key={device.id} data-status={device.status} data-device={device.id}>
            <button
              class="what"
              onClick={() => {
                selection.value = { type: 'device', id: device.id };
                command({ do: 'point', at: device.position });
              }}
            >
              <Glyph status={device.status} icon={kinds.value.get(device.kind)?.icon ?? ''} size={26} />
              <span>{named(device.name, language.value, device.id)}</span>
            </button>
            <span class="word">{texts.value.status[device.status]}</span>
          </li>
        ))}
        {fit > 0 && list.length > room && <li class="w-more">{texts.value.more(list.length - room)}</li>}
      </ul>
    </>
  );
}
