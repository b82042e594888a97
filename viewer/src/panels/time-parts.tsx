// What both strips of time are made of: what the strip follows, its buttons, the speed of playing.
import { timeTexts } from '../i18n/time';
import { worksTexts } from '../i18n/works';
import { language } from '../state/settings';
import { SPEEDS, speed } from '../state/time';
import { follow, follows } from '../state/works';
import { Icon } from './Icon';
import { toolIcon } from './tool-cards';
import { Choice } from './tool-parts';

export function Follows() {
  const t = worksTexts(language.value);
  return <Choice label={t.follows} value={follows.value} of={['devices', 'works']} name={(one) => t.of[one]} set={follow} />;
}

export function Press({ icon, turned = false, label, press }: { icon: 'play' | 'pause' | 'skip-forward'; turned?: boolean; label: string; press: () => void }) {
  return (
    <button class={turned ? 'tool turned' : 'tool'} aria-label={label} title={label} onClick={press}>
      <Icon d={toolIcon(icon)} />
    </button>
  );
}

export function Speed() {
  const t = timeTexts(language.value);
  return (
    <select aria-label={t.speed} title={t.speed} value={speed.value} onChange={({ currentTarget: { value } }) => (speed.value = Number(value))}>
      {SPEEDS.map((n) => (
        <option key={n} value={n}>
          {t.times(n)}
        </option>
      ))}
    </select>
  );
}
