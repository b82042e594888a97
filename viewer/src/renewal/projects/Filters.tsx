// What the projects are narrowed to, and how they are shown: both stand in the address.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { named } from '../../i18n/format';
import { signedIn } from '../../state/account';
import { FILTERS, questionOf, type Shape } from '../../state/renewal/projects';
import { narrow, route } from '../../state/renewal/route';
import { zones } from '../../state/session';
import { language } from '../../state/settings';
import { projectWords, workWords } from './words';

/** How long one writes before it is asked. */
const PAUSE_MS = 350;
const NARROW = matchMedia('(max-width: 899.98px)');

/** How the projects are shown: as the address says, else as the screen suggests. */
export function useShape(): Exclude<Shape, ''> {
  const phone = useSignal(NARROW.matches);
  useEffect(() => {
    const changed = (): void => void (phone.value = NARROW.matches);
    NARROW.addEventListener('change', changed);
    return () => NARROW.removeEventListener('change', changed);
  }, []);
  const chosen = route.value.query.get('as');
  if (chosen === 'board' || chosen === 'list' || chosen === 'calendar') return chosen;
  return phone.value ? 'list' : 'board';
}

export function Shapes() {
  const t = workWords.value;
  const shape = useShape();
  return (
    <div class="p-shapes" role="group" aria-label={t.shape}>
      {(Object.keys(t.shapes) as Exclude<Shape, ''>[]).map((one) => (
        <button key={one} type="button" aria-pressed={one === shape} onClick={() => narrow({ as: one })}>
          {t.shapes[one]}
        </button>
      ))}
    </div>
  );
}

export function Filters() {
  const [t, p] = [workWords.value, projectWords.value];
  const narrowed = Object.keys(questionOf(route.value.query)).length > 0;
  const ids = zones.value.map(({ id, name }) => [id, named(name, language.value, id)] as const);
  return (
    <div class="n-filters" role="search" aria-label={t.filters}>
      <Text />
      <Choice of="state" all={t.anyState} from={Object.entries(p.states)} />
      <Choice of="kind" all={t.anyKind} from={Object.entries(p.kinds)} />
      <Choice of="level" all={t.anyLevel} from={Object.entries(p.levels)} />
      <Choice of="zone" all={t.anyZone} from={ids} />
      <Check of="late" label={t.onlyLate} />
      {signedIn.value && <Check of="todo" label={t.onlyMine} />}
      {narrowed && (
        <button class="link p-clear" type="button" onClick={() => narrow(Object.fromEntries(FILTERS.map((key) => [key, ''])))}>
          {t.clear}
        </button>
      )}
    </div>
  );
}

function Choice({ of, all, from }: { of: string; all: string; from: readonly (readonly [string, string])[] }) {
  return (
    <select class="n-input" aria-label={all} value={route.value.query.get(of) ?? ''} onChange={(event) => narrow({ [of]: event.currentTarget.value })}>
      <option value="">{all}</option>
      {from.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

function Check({ of, label }: { of: string; label: string }) {
  return (
    <label class="p-check">
      <input type="checkbox" checked={route.value.query.get(of) === 'true'} onChange={(event) => narrow({ [of]: event.currentTarget.checked ? 'true' : '' })} />
      {label}
    </label>
  );
}

/** Asks once one has stopped writing; what the address says meanwhile (back, cleared) is shown. */
function Text() {
  const t = workWords.value;
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const write = (text: string): void => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => narrow({ text }), PAUSE_MS);
  };
  return <input class="n-input" type="search" aria-label={t.text} placeholder={t.text} value={route.value.query.get('text') ?? ''} onInput={(event) => write(event.currentTarget.value)} />;
}
