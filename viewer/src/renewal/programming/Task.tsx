// A task: why it is, what it uses, when, where, what it follows; the project that begins from it; what happened to it.
import { tasks, type TaskDetail } from '../../api/programming';
import { inTurn } from '../../api/in-turn';
import { hashOf } from '../../state/renewal/route';
import { UrgencyMark } from '../checkups/parts';
import { Head, Known, useAsked } from '../parts';
import { momentOf, projectWords, workWords } from '../projects/words';
import { One, type Shown } from './Listing';
import { Reasons } from './Reasons';
import { TaskLines } from './TaskLinks';
import { TaskResources } from './TaskResources';
import { Deeds, Facts, StateMark, Trail, Where, may } from './parts';
import { nameOf, sizeIn, spanIn, texts } from './words';

export const Task = ({ id }: { id: number }) => <One name={`task/${id}`} to="tasks" ask={(signal) => tasks.one(id, signal)} page={(shown) => <Page {...shown} />} />;

function Page(shown: Shown<TaskDetail>) {
  const [all, t, p] = [texts.value, texts.value.tasks, projectWords.value];
  const { row, possible, may_plan, trail } = shown.detail;
  const { id, plan, zones, state, version, reason, changed_at } = row.task;
  return (
    <>
      <Head
        title={nameOf(plan.name, id)}
        under={
          <span class="k-under">
            <StateMark of={state} word={t.states[state]} /> <UrgencyMark of={plan.urgency} /> {[all.numbered(id), p.kinds[plan.kind], p.levels[plan.level]].join(' · ')}
          </span>
        }
      >
        {state === 'adopted' && may('plan_projects') && (
          <a class="button" href={hashOf('projects', 'new', '', { tasks: String(id) })}>
            {t.begin}
          </a>
        )}
        {may_plan && (
          <a class="button quiet" href={hashOf('programming', id, 'edit')}>
            {all.edit}
          </a>
        )}
      </Head>
      <Deeds possible={possible} names={t.deeds} put={shown.put} again={shown.again} act={(deed, text) => tasks.act(id, { deed, version, ...(text === '' ? {} : { text }) })} />
      {reason && <p class="p-missing">{reason}</p>}
      <div class="k-columns k-even">
        <div>
          <Reasons plan={plan} version={version} id={id} />
          <TaskResources {...shown} />
          <Where zones={zones} places={plan.places} />
        </div>
        <div>
          <Facts
            of={[
              [t.size, sizeIn(plan.size)],
              [t.period, spanIn(plan)],
              [t.projects, row.projects.length > 0 ? <Projects ids={row.projects} /> : ''],
              [all.changed, momentOf(changed_at)],
              [all.text, plan.text ? <span class="p-words">{plan.text}</span> : ''],
            ]}
          />
          <Sequence detail={shown.detail} />
          <Trail entries={trail} deeds={t.deeds} />
        </div>
      </div>
    </>
  );
}

const Projects = ({ ids }: { ids: readonly number[] }) => (
  <span class="p-links">
    {ids.map((id) => (
      <a key={id} href={hashOf('projects', id)}>
        {workWords.value.numbered(id)}
      </a>
    ))}
  </span>
);

/** The tasks before and after it, by name. */
function Sequence({ detail: { row, later } }: { detail: TaskDetail }) {
  const t = texts.value.tasks;
  const after = row.task.plan.after ?? [];
  const [asked, again] = useAsked(`task/${row.task.id}/sequence/${[...after, 0, ...later].join('.')}`, async (signal) => {
    const [before, next] = await Promise.all([after, later].map((ids) => inTurn(ids, (id) => tasks.one(id, signal), signal)));
    return { before: (before ?? []).map((one) => one.row.task), next: (next ?? []).map((one) => one.row.task) };
  });
  if (after.length + later.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.sequence}</h2>
      <Known asked={asked} again={again}>
        {({ before, next }) => (
          <>
            {before.length > 0 && <h3>{t.after}</h3>}
            {before.length > 0 && <TaskLines tasks={before} />}
            {next.length > 0 && <h3>{t.laterTasks}</h3>}
            {next.length > 0 && <TaskLines tasks={next} />}
          </>
        )}
      </Known>
    </section>
  );
}
