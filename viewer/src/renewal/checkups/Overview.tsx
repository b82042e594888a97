// How a check-up stands: figures, what comes next, how far each dimension is, what happened to it.
import { getCheckUp, type CheckUpDetail, type Indicator } from '../../api/checkups';
import { URGENCIES, byDimension, percent, shareOf, standing } from '../../state/renewal/checkups';
import { lastDayOf } from '../../state/renewal/checkups-days';
import { hashOf } from '../../state/renewal/route';
import { day } from '../../i18n/project';
import { language } from '../../state/settings';
import { Figures, Known, useAsked } from '../parts';
import { words } from '../words';
import type { PartProps } from './CheckUpPage';
import { Bar, indicatorsOf, may, titleOf, zonesOf } from './parts';
import { dayName, nameOf, texts, timeName } from './words';

export function Overview({ detail }: PartProps) {
  const { check_up } = detail;
  const [indicators, again] = useAsked(`indicators/${check_up.catalogue}/${check_up.id}`, () => indicatorsOf(check_up));
  return (
    <>
      <Standing of={detail} />
      <Known asked={indicators} again={again}>
        {(known) => (
          <div class="k-columns">
            <Progress of={detail} indicators={known} />
            <div>
              <Facts of={detail} indicators={known} />
              <Trail of={detail} />
            </div>
          </div>
        )}
      </Known>
    </>
  );
}

function Standing({ of: { check_up, progress, problems } }: { of: CheckUpDetail }) {
  const t = texts.value;
  const share = shareOf(progress);
  const { all, decided } = standing(problems);
  const found = check_up.state === 'review' || check_up.state === 'concluded';
  return (
    <>
      <Figures
        of={[
          [t.progress, `${percent(share)}\u202f%`, t.filled(share.values, share.objects)],
          ...(found
            ? URGENCIES.map((urgency) => {
                const figures = standing(problems, urgency);
                return [t.urgencies[urgency], String(figures.all), t.decided(figures.decided, figures.all)] as const;
              })
            : []),
        ]}
      />
      {check_up.state === 'collecting' && may('assess_indicators') && <Onward to="form" says={t.collectNow} label={t.toFill} id={check_up.id} />}
      {check_up.state === 'review' && may('manage_check_ups') && (all > decided ? <Onward to="problems" says={t.undecided(all - decided)} label={t.toDecide} id={check_up.id} /> : <p class="k-onward">{t.allDecided}</p>)}
    </>
  );
}

/** What is to be done now, and where. */
function Onward({ to, says, label, id }: { to: 'form' | 'problems'; says: string; label: string; id: number }) {
  return (
    <p class="k-onward">
      <span>{says}</span>
      <a class="button" href={hashOf('checkups', id, to)}>
        {label}
      </a>
    </p>
  );
}

function Progress({ of, indicators }: { of: CheckUpDetail; indicators: readonly Indicator[] }) {
  const t = texts.value;
  const counts = new Map(of.progress.map((one) => [one.indicator, one]));
  return (
    <section class="n-card">
      <h2>{t.progressBy}</h2>
      {byDimension(indicators).map((dimension) => (
        <details key={dimension.key} class="k-dimension">
          <summary>
            <b>{nameOf(dimension.name, dimension.key)}</b>
            <Bar of={shareOf(of.progress, dimension.indicators)} label={nameOf(dimension.name, dimension.key)} />
          </summary>
          <ul class="k-progress">
            {dimension.indicators.map((indicator) => {
              const count = counts.get(indicator.code) ?? { values: 0, objects: 0 };
              return (
                <li key={indicator.code}>
                  <span>{nameOf(indicator.name, indicator.code)}</span>
                  <small>{t.filled(count.values, count.objects)}</small>
                </li>
              );
            })}
          </ul>
        </details>
      ))}
    </section>
  );
}

function Facts({ of: { check_up }, indicators }: { of: CheckUpDetail; indicators: readonly Indicator[] }) {
  const t = texts.value;
  const facts: readonly (readonly [string, string])[] = [
    [t.zones, zonesOf(check_up)],
    [t.period, `${dayName(check_up.from)} – ${day(lastDayOf(check_up.to), language.value)}`],
    [t.catalogue, t.catalogueNote(check_up.catalogue, indicators.length)],
    [t.changed, timeName(check_up.changed_at)],
  ];
  return (
    <section class="n-card">
      <h2>{t.facts}</h2>
      <dl class="facts k-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {typeof check_up.follows === 'number' && (
          <div>
            <dt>{t.follows}</dt>
            <dd>
              <Before id={check_up.follows} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Before({ id }: { id: number }) {
  const [asked] = useAsked(`checkup/${id}/name`, (signal) => getCheckUp(id, signal));
  return <a href={hashOf('checkups', id)}>{asked.state === 'known' ? titleOf(asked.it.check_up) : `#${id}`}</a>;
}

function Trail({ of: { trail } }: { of: CheckUpDetail }) {
  const t = texts.value;
  return (
    <section class="n-card">
      <h2>{words.value.trail}</h2>
      <ol class="k-trail">
        {trail.toReversed().map((entry, i) => (
          <li key={i}>
            <b>{entry.deed ? t.deeds[entry.deed] : t.planned}</b> <small>{timeName(entry.at)}</small>
            {entry.text && <p>{entry.text}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
