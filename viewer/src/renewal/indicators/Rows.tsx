// Indicators of a dimension in rows, cards on a phone: what each counts, where, which way is better, from where on it is
// how urgent and how long that may last, and who supplies it.
import type { Indicator, Urgency } from '../../api/checkups';
import { figure } from '../../i18n/format';
import { URGENCIES, type Dimension } from '../../state/renewal/checkups';
import { language } from '../../state/settings';
import { UrgencyMark } from '../checkups/parts';
import { nameOf, texts as checkUpWords, valueOf } from '../checkups/words';
import { texts } from './words';

export function Rows({ of }: { of: Dimension }) {
  const [t, k] = [texts.value, checkUpWords.value];
  return (
    <section class="n-card i-dimension">
      <h2>
        {nameOf(of.name, of.key)} <small>{k.families[of.family]}</small>
      </h2>
      <table class="n-table i-table">
        <thead>
          <tr>
            {[t.indicator, t.level, t.range, t.direction, t.thresholds, t.supplier].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.indicators.map((indicator) => (
            <Row key={indicator.code} of={indicator} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ of }: { of: Indicator }) {
  const [t, k] = [texts.value, checkUpWords.value];
  const group = nameOf(of.group);
  return (
    <tr data-indicator={of.code}>
      <td class="i-what">
        <b>{nameOf(of.name, of.code)}</b>
        <small>
          <code>{of.code}</code>
          {group !== '' && ` · ${group}`}
        </small>
        <p>{nameOf(of.counts)}</p>
        {of.computed && (
          <small>
            {t.computed}
            {language.value === 'zh' ? '：' : ': '}
            {nameOf(of.computed.how)}
          </small>
        )}
        {of.computed?.standard && <small>{t.standard(figure(of.computed.standard.value, language.value), nameOf(of.computed.standard.source))}</small>}
      </td>
      <td data-label={t.level}>{k.listed(of.levels.map((level) => k.levels[level]))}</td>
      <td data-label={t.range}>
        {of.unit === '1' ? t.counted : valueOf(0, of).replace(/^0\s*/, '')}
        <small>{t.from(figure(of.min, language.value), figure(of.max, language.value))}</small>
      </td>
      <td data-label={t.direction}>{k.directions[of.direction]}</td>
      <td data-label={t.thresholds}>
        <Thresholds of={of} />
      </td>
      <td data-label={t.supplier}>{nameOf(of.supplier)}</td>
    </tr>
  );
}

const DAYS = { urgent: 'urgent_d', pressing: 'pressing_d', ordinary: 'ordinary_d' } as const satisfies Readonly<Record<Urgency, keyof Indicator['limits']>>;

function Thresholds({ of }: { of: Indicator }) {
  const t = texts.value;
  return (
    <>
      <ul class="i-thresholds">
        {URGENCIES.map((urgency) => {
          const at = of.thresholds[urgency];
          return (
            <li key={urgency}>
              <UrgencyMark of={urgency} />
              <span>{typeof at === 'number' ? t.reaches(valueOf(at, of), of.direction === 'more_is_better') : t.noThreshold}</span>
              <small>{typeof at === 'number' && t.days(of.limits[DAYS[urgency]])}</small>
            </li>
          );
        })}
      </ul>
      {typeof of.widespread_pct === 'number' && <small>{t.widespread(`${figure(of.widespread_pct, language.value)}\u202f%`)}</small>}
    </>
  );
}
