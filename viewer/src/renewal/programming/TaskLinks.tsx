// Tasks by name with their states: those that something is in, or that follow one another.
import type { Page, Task, TaskRow } from '../../api/programming';
import { hashOf } from '../../state/renewal/route';
import { Known, useAsked } from '../parts';
import { StateMark } from './parts';
import { nameOf, spanIn, texts } from './words';

export function TaskLinks({ of, ask }: { of: string; ask: (signal: AbortSignal) => Promise<Page<TaskRow>> }) {
  const [asked, again] = useAsked(`tasks-of/${of}`, ask);
  return (
    <Known asked={asked} again={again}>
      {({ rows }) => <TaskLines tasks={rows.map(({ task }) => task).filter(({ state }) => state !== 'dropped')} />}
    </Known>
  );
}

export function TaskLines({ tasks }: { tasks: readonly Task[] }) {
  const t = texts.value;
  if (tasks.length === 0) return <p class="n-note">{t.noTasks}</p>;
  return (
    <ul class="p-lines">
      {tasks.map(({ id, plan, state }) => (
        <li key={id}>
          <a href={hashOf('programming', id)}>{nameOf(plan.name, id)}</a> <StateMark of={state} word={t.tasks.states[state]} /> <small>{spanIn(plan)}</small>
        </li>
      ))}
    </ul>
  );
}
