// What can be chosen in the form: devices, their streams, panels. In: state. Out: pairs of id and name.
import type { PanelName } from '../../api/displays';
import { named } from '../../i18n';
import { devices } from '../../state/devices';
import { kinds } from '../../state/session';
import { language } from '../../state/settings';
import { ALL_PANELS } from '../../state/wall/draft';
import { say } from './say';

type Options<T extends string = string> = readonly (readonly [T, string])[];

export function deviceOptions(kind?: string): Options {
  const collator = new Intl.Collator(language.value === 'zh' ? 'zh-CN' : 'en', { numeric: true });
  return [...devices.value.values()]
    .filter((device) => kind === undefined || device.kind === kind)
    .map(({ id, name }) => [id, `${named(name, language.value, id)} (${id})`] as const)
    .sort((a, b) => collator.compare(a[1], b[1]));
}

export function streamOptions(device: string): Options {
  const kind = kinds.value.get(devices.value.get(device)?.kind ?? '');
  return Object.entries(kind?.streams ?? {}).map(([id, { name }]) => [id, named(name, language.value, id)] as const);
}

export const panelOptions = (plan: boolean): Options<PanelName> => [...(plan ? (['plan'] as const) : []), ...ALL_PANELS].map((name) => [name, say.value.panel[name]] as const);
