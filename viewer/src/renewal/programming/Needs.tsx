// The list of needs: figures, what it is narrowed to, each with whose it is and how urgent.
import { needs, type NeedFigures, type NeedRow } from '../../api/programming';
import { hashOf } from '../../state/renewal/route';
import { UrgencyMark } from '../checkups/parts';
import { Figures, useAsked } from '../parts';
import { Listing } from './Listing';
import { Filters, Pages, StateMark, may } from './parts';
import { count, listed, nameOf, texts, zonesIn } from './words';

export function Needs() {
  const [all, t] = [texts.value, texts.value.needs];
  const [figures, again] = useAsked('needs/figures', (signal) => needs.figures(signal));
  return (
    <Listing
      under={t.under}
      deeds={
        may('collect_needs') && (
          <a class="button" href={hashOf('programming/needs', 'new')}>
            {t.newOne}
          </a>
        )
      }
      figures={figures}
      again={again}
      standing={(known) => <Standing of={known} />}
    >
      <Filters list="needs" choices={[{ key: 'state', from: t.states }, { key: 'kind', from: t.kinds }, { key: 'urgency', from: all.urgencies }, { key: 'group', from: t.groups }, { key: 'source', from: t.sources }]} />
      <Pages list="needs" ask={needs.page} none={t.none}>
        {(rows: readonly NeedRow[]) => (
          <ul class="k-list">
            {rows.map((row) => (
              <li key={row.need.id}>
                <Row of={row} />
              </li>
            ))}
          </ul>
        )}
      </Pages>
    </Listing>
  );
}

function Standing({ of: { total, states, urgencies } }: { of: NeedFigures }) {
  const f = texts.value.needs.figures;
  return (
    <Figures
      of={[
        [f.all, count(total.needs)],
        [f.open, count(states.open?.needs ?? 0)],
        [f.urgent, count(urgencies.urgent?.needs ?? 0)],
        [f.people, count(total.people)],
      ]}
    />
  );
}

function Row({ of: { need } }: { of: NeedRow }) {
  const t = texts.value.needs;
  const { id, plan, zones, state } = need;
  return (
    <a class="g-row g-four" href={hashOf('programming/needs', id)} data-id={id}>
      <span class="what">
        <b>{nameOf(plan.name, id)}</b>
        <small>{[t.kinds[plan.kind], listed(plan.groups.map((group) => t.groups[group])), zonesIn(zones)].join(' · ')}</small>
      </span>
      <UrgencyMark of={plan.urgency} />
      <StateMark of={state} word={t.states[state]} />
      <small class="g-figure">{typeof plan.people === 'number' && t.peopleOf(count(plan.people))}</small>
    </a>
  );
}
