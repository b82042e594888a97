// A need: whose it is, from whom it is known, the tasks that take it up, what happened to it.
import { needs, tasks, type NeedDetail } from '../../api/programming';
import { hashOf } from '../../state/renewal/route';
import { UrgencyMark } from '../checkups/parts';
import { Head } from '../parts';
import { momentOf } from '../projects/words';
import { One, type Shown } from './Listing';
import { TaskLinks } from './TaskLinks';
import { Deeds, Facts, StateMark, Trail, Where, may } from './parts';
import { count, listed, nameOf, texts } from './words';

export const Need = ({ id }: { id: number }) => <One name={`need/${id}`} to="needs" ask={(signal) => needs.one(id, signal)} page={(shown) => <Page {...shown} />} />;

function Page({ detail, again, put }: Shown<NeedDetail>) {
  const [all, t] = [texts.value, texts.value.needs];
  const { row, possible, may_plan, trail } = detail;
  const { id, plan, zones, state, version, reason, changed_at } = row.need;
  return (
    <>
      <Head
        title={nameOf(plan.name, id)}
        under={
          <span class="k-under">
            <StateMark of={state} word={t.states[state]} /> <UrgencyMark of={plan.urgency} /> {[all.numbered(id), t.kinds[plan.kind]].join(' · ')}
          </span>
        }
      >
        {state === 'open' && may('plan_tasks') && (
          <a class="button" href={hashOf('programming', 'new', '', { needs: String(id) })}>
            {all.tasks.newOne}
          </a>
        )}
        {may_plan && (
          <a class="button quiet" href={hashOf('programming/needs', id, 'edit')}>
            {all.edit}
          </a>
        )}
      </Head>
      <Deeds possible={possible} names={t.deeds} put={put} again={again} act={(deed, text) => needs.act(id, { deed, version, ...(text === '' ? {} : { text }) })} />
      {reason && <p class="p-missing">{reason}</p>}
      <div class="k-columns k-even">
        <div>
          <Facts
            of={[
              [t.group, listed(plan.groups.map((group) => t.groups[group]))],
              [t.people, typeof plan.people === 'number' ? t.peopleOf(count(plan.people)) : ''],
              [t.source, [t.sources[plan.source], plan.source_text ?? ''].filter(Boolean).join(all.colon)],
              [t.reportsOf, <Reports ids={plan.reports ?? []} />],
              [all.changed, momentOf(changed_at)],
              [all.text, plan.text ? <span class="p-words">{plan.text}</span> : ''],
            ]}
          />
          <Where zones={zones} places={plan.places} />
        </div>
        <div>
          <section class="n-card">
            <h2>{all.tasksOf}</h2>
            <TaskLinks of={`need/${id}/${version}`} ask={(signal) => tasks.page({ need: String(id), limit: '100' }, null, signal)} />
          </section>
          <Trail entries={trail} deeds={t.deeds} />
        </div>
      </div>
    </>
  );
}

/** Reports by number, each leading to the planner's sheet of it. */
export function Reports({ ids }: { ids: readonly number[] }) {
  if (ids.length === 0) return <>–</>;
  return (
    <span class="p-links">
      {ids.map((id) => (
        <a key={id} href={`./#s=report/${id}`}>
          {texts.value.needs.reportLink(id)}
        </a>
      ))}
    </span>
  );
}
