// The form of a plan: what it is about, where, which devices, whom to call, what to do.
import type { Contact, EmergencyPlan } from '../../api/displays';
import type { AlarmLevel, LocalizedText } from '../../api/types';
import { named } from '../../i18n';
import { kindsInUse } from '../../state/devices';
import { kinds } from '../../state/session';
import { language } from '../../state/settings';
import { pose } from '../../state/view';
import { areaDrawn, rounded } from '../../state/wall/draft';
import { LEVELS } from '../../state/wall/figures';
import { words } from '../texts';
import { Add, Checks, Choice, List, LocalField, TextField } from './fields';
import { deviceOptions, panelOptions } from './options';
import { say } from './say';

export function PlanForm({ plan, set }: { plan: EmergencyPlan; set: (next: EmergencyPlan) => void }) {
  const t = say.value;
  const levels = LEVELS.map((level) => [level, words.value.level[level]] as const);
  const kindOptions = kindsInUse.value.map(({ id }) => [id, named(kinds.value.get(id)?.name, language.value, id)] as const);
  const corners = plan.area?.length ?? 0;
  return (
    <>
      <LocalField label={t.name} value={plan.name} set={(name) => set({ ...plan, name })} />
      <div class="e-row">
        <Choice<AlarmLevel> label={t.level} value={plan.level} set={(level) => set({ ...plan, level })} options={levels} />
        <div class="e-field">
          {t.camera}
          <button type="button" class="e-add" onClick={() => pose.value && set({ ...plan, pose: plan.pose ? null : rounded(pose.value) })}>
            {plan.pose ? t.noCamera : t.ownCamera}
          </button>
        </div>
      </div>
      <div class="e-row">
        <span>
          {t.area}
          {corners > 0 && ` · ${t.corners(corners)}`}
        </span>
        <AreaButtons plan={plan} set={set} />
      </div>
      <Checks label={t.planKinds} value={plan.kinds} set={(next) => set({ ...plan, kinds: next })} options={kindOptions} />
      <h4>{t.planDevices}</h4>
      <List<string> value={plan.devices} set={(devices) => set({ ...plan, devices })} each={(id, put) => <Choice label={t.device} value={id} set={put} options={deviceOptions()} />} />
      <Add label={t.addDevice} press={() => set({ ...plan, devices: [...plan.devices, deviceOptions()[0]?.[0] ?? ''] })} />
      <h4>{t.contacts}</h4>
      <List<Contact>
        value={plan.contacts}
        set={(contacts) => set({ ...plan, contacts })}
        each={(contact, put) => (
          <>
            <div class="e-pair">
              <TextField label={t.contactName} value={contact.name} set={(name) => put({ ...contact, name })} />
              <TextField label={t.phone} keys="tel" value={contact.phone} set={(phone) => put({ ...contact, phone })} />
            </div>
            <LocalField label={t.role} value={contact.role} set={(role) => put({ ...contact, role })} />
          </>
        )}
      />
      <Add label={t.addContact} press={() => set({ ...plan, contacts: [...plan.contacts, { name: '', role: {}, phone: '' }] })} />
      <h4>{t.steps}</h4>
      <List<LocalizedText> value={plan.steps} set={(steps) => set({ ...plan, steps })} each={(step, put, i) => <LocalField label={`${i + 1}`} value={step} set={put} />} />
      <Add label={t.addStep} press={() => set({ ...plan, steps: [...plan.steps, {}] })} />
      <Checks label={t.panels} value={plan.panels} set={(panels) => set({ ...plan, panels })} options={panelOptions(true)} />
    </>
  );
}

function AreaButtons({ plan, set }: { plan: EmergencyPlan; set: (next: EmergencyPlan) => void }) {
  const t = say.value;
  const now = areaDrawn.value;
  const drawn = now?.plan === plan.id ? now.corners : null;
  if (drawn) {
    return (
      <>
        <span role="status">{t.drawing(drawn.length)}</span>
        <button
          type="button"
          class="e-add"
          disabled={drawn.length < 3}
          onClick={() => {
            set({ ...plan, area: drawn });
            areaDrawn.value = null;
          }}
        >
          {t.doneArea}
        </button>
        <button type="button" class="e-add" onClick={() => (areaDrawn.value = null)}>
          {t.noArea}
        </button>
      </>
    );
  }
  return (
    <>
      <button type="button" class="e-add" onClick={() => (areaDrawn.value = { plan: plan.id, corners: [] })}>
        {t.drawArea}
      </button>
      {plan.area && (
        <button type="button" class="e-add" onClick={() => set({ ...plan, area: null })}>
          {t.clearArea}
        </button>
      )}
    </>
  );
}
