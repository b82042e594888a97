// The list of tasks: figures, what it is narrowed to, and the adopted ones that a project begins from.
import { useSignal, type Signal } from '@preact/signals';
import { tasks, type TaskFigures, type TaskRow } from '../../api/programming';
import { hashOf } from '../../state/renewal/route';
import { UrgencyMark } from '../checkups/parts';
import { Figures, useAsked } from '../parts';
import { projectWords } from '../projects/words';
import { Listing } from './Listing';
import { Filters, Pages, StateMark, may } from './parts';
import { count, nameOf, spanIn, texts, zonesIn } from './words';

export function Tasks() {
  const [all, t, p] = [texts.value, texts.value.tasks, projectWords.value];
  const [figures, again] = useAsked('tasks/figures', (signal) => tasks.figures(signal));
  const selected = useSignal<ReadonlySet<number>>(new Set());
  return (
    <Listing
      under={t.under}
      deeds={
        may('plan_tasks') && (
          <>
            <a class="button quiet" href={hashOf('programming', 'new')}>
              {t.newOne}
            </a>
            <a class="button" href={hashOf('programming/generate')}>
              {t.generate}
            </a>
          </>
        )
      }
      figures={figures}
      again={again}
      standing={(known) => <Standing of={known} />}
    >
      <Filters list="tasks" choices={[{ key: 'state', from: t.states }, { key: 'kind', from: p.kinds }, { key: 'level', from: p.levels }, { key: 'urgency', from: all.urgencies }]} />
      <Pages list="tasks" ask={tasks.page} none={t.none}>
        {(rows: readonly TaskRow[]) => (
          <>
            <ul class="k-list">
              {rows.map((row) => (
                <li key={row.task.id} class="g-item">
                  {may('plan_projects') && <Select of={row} selected={selected} />}
                  <Row of={row} />
                </li>
              ))}
            </ul>
            <Begin rows={rows} selected={selected.value} />
          </>
        )}
      </Pages>
    </Listing>
  );
}

function Standing({ of: { total, states } }: { of: TaskFigures }) {
  const f = texts.value.tasks.figures;
  return <Figures of={[[f.all, count(total)], ...(['proposed', 'adopted', 'in_project', 'done'] as const).map((state) => [f[state], count(states[state] ?? 0)] as const)]} />;
}

/** A project begins from tasks that were adopted. */
function Select({ of: { task }, selected }: { of: TaskRow; selected: Signal<ReadonlySet<number>> }) {
  const label = texts.value.tasks.select(nameOf(task.plan.name, task.id));
  const toggle = (on: boolean): void => {
    const next = new Set(selected.peek());
    if (on) next.add(task.id);
    else next.delete(task.id);
    selected.value = next;
  };
  return <input type="checkbox" class="g-select" aria-label={label} disabled={task.state !== 'adopted'} checked={selected.value.has(task.id)} onChange={({ currentTarget }) => toggle(currentTarget.checked)} />;
}

function Row({ of: { task } }: { of: TaskRow }) {
  const [t, p] = [texts.value.tasks, projectWords.value];
  const { id, plan, zones, state } = task;
  return (
    <a class="g-row g-four" href={hashOf('programming', id)} data-id={id}>
      <span class="what">
        <b>{nameOf(plan.name, id)}</b>
        <small>{[p.kinds[plan.kind], p.levels[plan.level], zonesIn(zones)].join(' · ')}</small>
        <small>{t.counts(plan.problems?.length ?? 0, plan.needs?.length ?? 0, plan.resources?.length ?? 0)}</small>
      </span>
      <UrgencyMark of={plan.urgency} />
      <StateMark of={state} word={t.states[state]} />
      <small class="g-figure">{spanIn(plan)}</small>
    </a>
  );
}

function Begin({ rows, selected }: { rows: readonly TaskRow[]; selected: ReadonlySet<number> }) {
  const t = texts.value.tasks;
  // What is narrowed away is not taken unseen.
  const chosen = rows.filter(({ task }) => selected.has(task.id) && task.state === 'adopted').map(({ task }) => task.id);
  if (chosen.length === 0) return null;
  return (
    <p class="k-save g-begin">
      <a class="button" href={hashOf('projects', 'new', '', { tasks: chosen.join(',') })}>
        {t.beginMany(chosen.length)}
      </a>
    </p>
  );
}
