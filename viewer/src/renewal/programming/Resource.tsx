// A resource: how much of it there is and is left, whose it is, the tasks that draw on it, what happened to it.
import { resources, tasks, type ResourceDetail } from '../../api/programming';
import { leftOf } from '../../state/renewal/programming';
import { hashOf } from '../../state/renewal/route';
import { Head } from '../parts';
import { dayOf, momentOf } from '../projects/words';
import { One, type Shown } from './Listing';
import { TaskLinks } from './TaskLinks';
import { Deeds, Facts, StateMark, Trail, Where } from './parts';
import { amountIn, nameOf, texts } from './words';

export const Resource = ({ id }: { id: number }) => <One name={`resource/${id}`} to="resources" ask={(signal) => resources.one(id, signal)} page={(shown) => <Page {...shown} />} />;

function Page({ detail, again, put }: Shown<ResourceDetail>) {
  const [all, t] = [texts.value, texts.value.resources];
  const { row, possible, may_plan, trail } = detail;
  const { id, plan, zones, state, version, reason, changed_at } = row.resource;
  const left = leftOf(row);
  const valid = [plan.from ? t.validFrom(dayOf(plan.from)) : '', plan.to ? t.validTo(dayOf(plan.to)) : ''].filter(Boolean).join(' ');
  return (
    <>
      <Head
        title={nameOf(plan.name, id)}
        under={
          <span class="k-under">
            <StateMark of={state} word={t.states[state]} /> {[all.numbered(id), t.kinds[plan.kind]].join(' · ')}
          </span>
        }
      >
        {may_plan && (
          <a class="button quiet" href={hashOf('programming/resources', id, 'edit')}>
            {all.edit}
          </a>
        )}
      </Head>
      <Deeds possible={possible} names={t.deeds} put={put} again={again} act={(deed, text) => resources.act(id, { deed, version, ...(text === '' ? {} : { text }) })} />
      {reason && <p class="p-missing">{reason}</p>}
      <div class="k-columns k-even">
        <div>
          <Facts
            of={[
              [t.owner, plan.owner],
              [t.usedBy, t.modes[plan.used_by]],
              [t.amount, plan.amount ? amountIn(plan.amount) : ''],
              [t.drawn, row.drawn ? amountIn(row.drawn) : ''],
              [t.left, left ? amountIn(left) : ''],
              [t.valid, valid === '' ? t.always : valid],
              [all.changed, momentOf(changed_at)],
              [all.text, plan.text ? <span class="p-words">{plan.text}</span> : ''],
            ]}
          />
          <Where zones={zones} places={plan.places} />
        </div>
        <div>
          <section class="n-card">
            <h2>{all.tasksOf}</h2>
            <TaskLinks of={`resource/${id}/${version}`} ask={(signal) => tasks.page({ resource: String(id), limit: '100' }, null, signal)} />
          </section>
          <Trail entries={trail} deeds={t.deeds} />
        </div>
      </div>
    </>
  );
}
