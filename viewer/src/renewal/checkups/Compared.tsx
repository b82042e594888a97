// A check-up beside an earlier one: what got better, what worse, by indicator and by object.
import { useSignal } from '@preact/signals';
import { getCheckUps, getComparison, type CheckUp, type Comparison, type Indicator } from '../../api/checkups';
import { changedFigures, mostChanged } from '../../state/renewal/checkups-report';
import { Known, useAsked } from '../parts';
import { titleOf } from './parts';
import { nameOf, texts, valueOf } from './words';

/** So many objects that got worse are told of one by one, and so many that got better. */
const MOST = 15;

interface Props {
  readonly checkUp: CheckUp;
  readonly indicators: readonly Indicator[];
  readonly byCode: ReadonlyMap<string, Indicator>;
  readonly siteName: (id: string) => string;
}

export function Compared({ checkUp, ...rest }: Props) {
  const t = texts.value;
  const [asked, again] = useAsked(`checkup/${checkUp.id}/before`, async (signal) => (await getCheckUps(`state=concluded&before=${checkUp.id}&limit=200`, signal)).check_ups);
  return (
    <section class="n-card">
      <h2>{t.compare}</h2>
      <Known asked={asked} again={again}>
        {(earlier) => (earlier.length === 0 ? <p class="n-note">{t.compareNone}</p> : <Beside checkUp={checkUp} earlier={earlier} {...rest} />)}
      </Known>
    </section>
  );
}

function Beside({ checkUp, earlier, ...rest }: Props & { earlier: readonly CheckUp[] }) {
  const t = texts.value;
  const chosen = useSignal(earlier.find(({ id }) => id === checkUp.follows)?.id ?? earlier[0]?.id ?? 0);
  const [asked, again] = useAsked(`checkup/${checkUp.id}/compare/${chosen.value}/${checkUp.version}`, (signal) => getComparison(checkUp.id, chosen.value, signal));
  return (
    <>
      <label class="n-field k-compare-with">
        {t.compareChoose}
        <select class="n-input" value={String(chosen.value)} onChange={({ currentTarget }) => (chosen.value = Number(currentTarget.value))}>
          {earlier.map((one) => (
            <option key={one.id} value={String(one.id)}>
              {titleOf(one)}
            </option>
          ))}
        </select>
        {/* A choice is nothing on paper. */}
        <b class="k-paper-only">{earlier.filter(({ id }) => id === chosen.value).map(titleOf)}</b>
      </label>
      <Known asked={asked} again={again}>
        {(comparison) => <Tables comparison={comparison} {...rest} />}
      </Known>
    </>
  );
}

function Tables({ comparison, indicators, byCode, siteName }: Omit<Props, 'checkUp'> & { comparison: Comparison }) {
  const t = texts.value;
  const figures = changedFigures(comparison, indicators);
  if (figures.length === 0) return <p class="n-note">{t.compareNothing}</p>;
  return (
    <div class="k-columns k-even">
      <div class="n-scroll" tabIndex={0} role="region" aria-label={t.compare}>
        <table class="n-table k-counted">
          <thead>
            <tr>
              <th>{t.indicator}</th>
              <th class="number">{t.changes.better}</th>
              <th class="number">{t.changes.worse}</th>
              <th class="number">{t.changes.same}</th>
            </tr>
          </thead>
          <tbody>
            {figures.filter(({ better, worse }) => better + worse > 0).map(({ indicator, better, worse, same }) => (
              <tr key={indicator.code}>
                <td>{nameOf(indicator.name, indicator.code)}</td>
                <td class="number" data-change={better > 0 ? 'better' : undefined} data-none={better === 0}>
                  {better}
                </td>
                <td class="number" data-change={worse > 0 ? 'worse' : undefined} data-none={worse === 0}>
                  {worse}
                </td>
                <td class="number" data-none={same === 0}>
                  {same}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Objects comparison={comparison} byCode={byCode} siteName={siteName} />
    </div>
  );
}

function Objects({ comparison, byCode, siteName }: Pick<Props, 'byCode' | 'siteName'> & { comparison: Comparison }) {
  const t = texts.value;
  const changed = mostChanged(comparison, byCode);
  if (changed.length === 0) return null;
  const shown = (['worse', 'better'] as const).flatMap((way) => changed.filter(({ change }) => change === way).slice(0, MOST));
  return (
    <div class="n-scroll" tabIndex={0} role="region" aria-label={t.mostChanged}>
      <table class="n-table k-counted">
        <thead>
          <tr>
            <th>{t.mostChanged}</th>
            <th class="number">
              {t.before} → {t.now}
            </th>
            <th>{t.changeWord}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ indicator, object, before, now, change }) => {
            const of = byCode.get(indicator);
            return (
              <tr key={`${indicator}:${object}`}>
                <td>
                  {siteName(object)} <small>{nameOf(of?.name, indicator)}</small>
                </td>
                <td class="number">{of && typeof before === 'number' && typeof now === 'number' && `${valueOf(before, of)} → ${valueOf(now, of)}`}</td>
                <td data-change={change}>{t.changes[change]}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {changed.length > shown.length && <p class="n-note">{t.moreChanged(changed.length - shown.length)}</p>}
    </div>
  );
}
