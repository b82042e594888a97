// The catalogue of indicators in force (指标体系): what check-ups measure, from where on it is a problem, who supplies it;
// for those who run check-ups, how it is changed.
//
// In: the address (what it is narrowed to), the server's catalogue. Out: a page; another catalogue in force.
import { getCatalogue, type IndicatorCatalogue } from '../../api/checkups';
import { account } from '../../state/account';
import { narrowed, type Narrowing } from '../../state/renewal/catalogue';
import { byDimension } from '../../state/renewal/checkups';
import { hashOf, narrow, route } from '../../state/renewal/route';
import { NotForYou } from '../checkups/NotForYou';
import { may } from '../checkups/parts';
import { nameOf, texts as checkUpWords } from '../checkups/words';
import { Head, Known, SignInHint, useAsked } from '../parts';
import { words } from '../words';
import { ByTable } from './ByTable';
import { Rows } from './Rows';
import { texts } from './words';

export function Indicators() {
  const n = words.value;
  const [asked, again] = useAsked('indicators', getCatalogue);
  if (account.value && !may('read_check_ups')) return <NotForYou title={n.indicators} />;
  return (
    <>
      <p class="k-back">
        <a href={hashOf('checkups')}>{n.checkups}</a>
      </p>
      <Known asked={asked} again={again}>
        {(catalogue) => <Catalogue of={catalogue} again={again} />}
      </Known>
    </>
  );
}

function Catalogue({ of, again }: { of: IndicatorCatalogue; again: () => void }) {
  const t = texts.value;
  const by = narrowing();
  const shown = narrowed(of.indicators, by);
  return (
    <>
      <Head title={words.value.indicators} under={t.under(of.number ?? null, of.imported, of.indicators.length)} />
      <SignInHint />
      <p class="n-note">{t.note}</p>
      {may('manage_check_ups') && <ByTable again={again} />}
      <Filters by={by} of={of} />
      <p class="n-note k-count" role="status">
        {t.shown(shown.length, of.indicators.length)}
      </p>
      {shown.length === 0 ? (
        <p class="n-empty">
          {t.none}{' '}
          <button class="link" type="button" onClick={() => narrow({ q: '', family: '', dimension: '', level: '' })}>
            {t.clear}
          </button>
        </p>
      ) : (
        byDimension(shown).map((dimension) => <Rows key={dimension.key} of={dimension} />)
      )}
    </>
  );
}

function narrowing(): Narrowing {
  const of = (key: string): string => route.value.query.get(key) ?? '';
  return { q: of('q'), family: of('family'), dimension: of('dimension'), level: of('level') };
}

function Filters({ by, of }: { by: Narrowing; of: IndicatorCatalogue }) {
  const [t, k] = [texts.value, checkUpWords.value];
  const choices: readonly (readonly [key: keyof Narrowing, label: string, all: string, options: readonly (readonly [string, string])[]])[] = [
    ['family', t.family, t.allFamilies, Object.entries(k.families)],
    ['dimension', k.dimension, k.allDimensions, byDimension(of.indicators).map(({ key, name }) => [key, nameOf(name, key)])],
    ['level', t.level, t.allLevels, Object.entries(k.levels)],
  ];
  return (
    <div class="n-filters" role="search" aria-label={t.filters}>
      <input class="n-input i-search" type="search" aria-label={t.search} placeholder={t.search} value={by.q} onInput={({ currentTarget }) => narrow({ q: currentTarget.value })} />
      {choices.map(([key, label, all, options]) => (
        <select key={key} class="n-input" aria-label={label} value={by[key]} onChange={({ currentTarget }) => narrow({ [key]: currentTarget.value })}>
          <option value="">{all}</option>
          {options.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      ))}
    </div>
  );
}
