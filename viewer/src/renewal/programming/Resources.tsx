// The list of resources: figures, what it is narrowed to, a table of many at once.
import { resources, type ResourceFigures, type ResourceRow } from '../../api/programming';
import { leftOf } from '../../state/renewal/programming';
import { hashOf } from '../../state/renewal/route';
import { Figures, useAsked } from '../parts';
import { moneyOf } from '../projects/words';
import { ResourceTable } from './ResourceTable';
import { Listing } from './Listing';
import { Filters, Pages, StateMark, may } from './parts';
import { amountIn, count, nameOf, texts, zonesIn } from './words';

export function Resources() {
  const t = texts.value.resources;
  const [figures, again] = useAsked('resources/figures', (signal) => resources.figures(signal));
  return (
    <Listing
      under={t.under}
      deeds={
        may('manage_resources') && (
          <a class="button" href={hashOf('programming/resources', 'new')}>
            {t.newOne}
          </a>
        )
      }
      figures={figures}
      again={again}
      standing={(known) => <Standing of={known} />}
    >
      {may('manage_resources') && <ResourceTable done={again} />}
      <Filters list="resources" choices={[{ key: 'state', from: t.states }, { key: 'kind', from: t.kinds }, { key: 'used_by', from: t.modes }]} />
      <Pages list="resources" ask={resources.page} none={t.none}>
        {(rows: readonly ResourceRow[]) => (
          <ul class="k-list">
            {rows.map((row) => (
              <li key={row.resource.id}>
                <Row of={row} />
              </li>
            ))}
          </ul>
        )}
      </Pages>
    </Listing>
  );
}

function Standing({ of: { total, states } }: { of: ResourceFigures }) {
  const f = texts.value.resources.figures;
  return (
    <Figures
      of={[
        [f.all, count(total.resources)],
        [f.available, count(states.available?.resources ?? 0)],
        [f.money, moneyOf(total.fen)],
        [f.drawn, moneyOf(total.drawn_fen)],
      ]}
    />
  );
}

function Row({ of: row }: { of: ResourceRow }) {
  const t = texts.value.resources;
  const { id, plan, zones, state } = row.resource;
  const left = leftOf(row);
  return (
    <a class="g-row" href={hashOf('programming/resources', id)} data-id={id}>
      <span class="what">
        <b>{nameOf(plan.name, id)}</b>
        <small>{[t.kinds[plan.kind], plan.owner, t.modes[plan.used_by], zonesIn(zones)].join(' · ')}</small>
      </span>
      <StateMark of={state} word={t.states[state]} />
      <small class="g-figure">
        {plan.amount && amountIn(plan.amount)}
        {plan.amount && left && state === 'committed' && ` · ${t.left} ${amountIn(left)}`}
      </small>
    </a>
  );
}
