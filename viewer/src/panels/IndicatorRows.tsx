// Chooses a check-up and one of its indicators to colour buildings by; what to know about the values, under their legend.
//
// In: state/indicators. Out: its choice. Part of the card of colours.
import { useEffect } from 'preact/hooks';
import type { Indicator } from '../api/indicator-map';
import { named } from '../i18n';
import { colourTexts } from '../i18n/colour';
import { begin, choice } from '../state/colour';
import { askAgain, assessed, checkUpId, checkUps, indicatorKey, indicatorValues, readIndicatorKey, valuesUnder, wantCheckUps, type Lacking } from '../state/indicators';
import { language } from '../state/settings';

/** The page on which check-ups are planned and filled in. */
const PAGE = './renewal#checkups';

export function IndicatorRows() {
  const t = colourTexts(language.value);
  useEffect(wantCheckUps, []);
  const [list, indicators, values] = [checkUps.value, assessed.value, indicatorValues.value];
  const key = choice.value?.key ?? '';
  const code = readIndicatorKey(key)?.code;
  if (typeof list === 'string') return <Lack of={list} />;
  if (list.length === 0) {
    return (
      <p class="note">
        {t.noCheckUps} <a href={PAGE}>{t.page}</a>
      </p>
    );
  }
  return (
    <>
      <label class="row">
        <span>{t.checkUp}</span>
        <select
          value={checkUpId.value ?? ''}
          onChange={({ currentTarget: { value } }) => {
            checkUpId.value = value === '' ? null : Number(value);
            choice.value = null;
          }}
        >
          <option value="">{t.choose}</option>
          {list.map(({ id, name, year, cycle }) => (
            <option key={id} value={id}>
              {named(name, language.value, t.cycle(year, cycle))}
            </option>
          ))}
        </select>
      </label>
      {checkUpId.value !== null && (typeof indicators === 'string' ? <Lack of={indicators} /> : <OfCheckUp id={checkUpId.value} all={indicators} code={code} />)}
      {code !== undefined && typeof values === 'string' && values !== indicators && <Lack of={values} />}
    </>
  );
}

function OfCheckUp({ id, all, code }: { id: number; all: readonly Indicator[]; code: string | undefined }) {
  const t = colourTexts(language.value);
  if (all.length === 0) {
    return (
      <p class="note">
        {t.noValues} <a href={`${PAGE}/${id}`}>{t.page}</a>
      </p>
    );
  }
  const dimensions = [...new Set(all.map(({ dimension }) => named(dimension, language.value, '')))];
  return (
    <label class="row">
      <span>{t.indicatorOf}</span>
      <select value={code ?? ''} onChange={({ currentTarget: { value } }) => (choice.value = value === '' ? null : begin('building', indicatorKey(id, value)))}>
        <option value="">{t.choose}</option>
        {dimensions.map((dimension) => (
          <optgroup key={dimension} label={dimension}>
            {all
              .filter((one) => named(one.dimension, language.value, '') === dimension)
              .map((one) => (
                <option key={one.code} value={one.code}>
                  {named(one.name, language.value, one.code)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

/** Why there is nothing to choose or to see, and what to do. */
function Lack({ of }: { of: Lacking }) {
  const t = colourTexts(language.value);
  return (
    <p class="note" role={of === 'asking' ? 'status' : 'alert'}>
      {t[of]}{' '}
      {of === 'failed' && (
        <button class="link" onClick={askAgain}>
          {t.again}
        </button>
      )}
    </p>
  );
}

/** Under the legend: which end is good, what is counted, and at what it was assessed. */
export function IndicatorNote({ of }: { of: string }) {
  const t = colourTexts(language.value);
  const found = valuesUnder(of);
  if (!found) return null;
  const { indicator, level, objects } = found;
  return (
    <>
      <p class="note">{named(indicator.counts, language.value, '')}</p>
      <p class="note">{t.levels[level](objects)}</p>
    </>
  );
}

/** Which of the ends of a legend is good: the first row, the last one, or neither if there is but one. */
export function goodEnd(of: string, rows: number): number | null {
  const direction = valuesUnder(of)?.indicator.direction;
  if (!direction || rows < 2) return null;
  return direction === 'less_is_better' ? 0 : rows - 1;
}
