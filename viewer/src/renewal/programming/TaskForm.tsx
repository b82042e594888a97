// The form of a task: what, how large, when, why, with which resources, where. It can begin from problems and needs.
import { allOf, needs, resources, tasks, type NeedRow, type ResourceRow, type TaskDetail, type TaskPlan, type TaskRow } from '../../api/programming';
import type { CheckUpProblem } from '../../api/project-work';
import { canBeDrawn, numbersOf } from '../../state/renewal/programming';
import { NO_TASK, taskFaults, taskPlan, taskWords, type TaskWords } from '../../state/renewal/programming-forms';
import { askNames, askProblems, problemsOf, whereOf } from '../../state/renewal/project-problems';
import { withPlaces } from '../../state/renewal/project-shapes';
import { route } from '../../state/renewal/route';
import { URGENCIES } from '../../state/renewal/checkups';
import { Known, useAsked } from '../parts';
import { Area, Pick } from '../projects/fields';
import { WhereSection } from '../projects/PlanSections';
import { projectWords } from '../projects/words';
import { nameOf as textOf } from '../checkups/words';
import { FormPage, Names } from './FormPage';
import { may } from './parts';
import { AfterSection, ReasonsSection, ResourcesSection, SizeSection } from './TaskSections';
import { useForm, type Base, type FormOf } from './useForm';
import { nameOf, texts } from './words';

const OF: FormOf<TaskWords, TaskPlan, TaskDetail> = {
  list: tasks,
  baseOf: ({ row: { task } }) => task,
  wordsOf: taskWords,
  planOf: taskPlan,
  faultsOf: taskFaults,
};

/** What the form chooses from, and what the task comes from, by name. */
export interface Around {
  readonly needs: readonly NeedRow[];
  readonly resources: readonly ResourceRow[];
  readonly tasks: readonly TaskRow[];
  readonly problems: readonly CheckUpProblem[];
  readonly names: Awaited<ReturnType<typeof askNames>>;
}

async function lookAround(refs: Parameters<typeof askProblems>[0], signal: AbortSignal): Promise<Around> {
  const [found, open, can, going] = await Promise.all([
    may('read_check_ups') ? askProblems(refs, signal) : [],
    allOf(needs, { state: 'open,in_task' }, signal),
    allOf(resources, { state: 'available,committed' }, signal),
    allOf(tasks, { state: 'proposed,adopted,in_project' }, signal),
  ]);
  return { needs: open, resources: can.filter(({ resource }) => canBeDrawn(resource)), tasks: going, problems: found, names: await askNames(found, signal) };
}

export function TaskForm({ id }: { id: number | null }) {
  return id === null ? <New /> : <Change id={id} />;
}

function New() {
  const refs = problemsOf(route.value.query);
  const wanted = numbersOf(route.value.query.get('needs'));
  const [asked, again] = useAsked(`task/new/${JSON.stringify(refs)}/${wanted.join('.')}`, (signal) => lookAround(refs, signal));
  return (
    <Known asked={asked} again={again}>
      {(around) => <Fields base={null} first={begun(around, wanted)} around={around} />}
    </Known>
  );
}

function Change({ id }: { id: number }) {
  const [asked, again] = useAsked(`task/${id}/edit`, async (signal) => {
    const detail = await tasks.one(id, signal);
    return { detail, around: await lookAround(detail.row.task.plan.problems ?? [], signal) };
  });
  return (
    <Known asked={asked} again={again}>
      {({ detail, around }) => (detail.may_plan ? <Fields base={OF.baseOf(detail)} first={taskWords(detail.row.task.plan)} around={around} /> : <p class="n-empty">{texts.value.form.mayNot}</p>)}
    </Known>
  );
}

/** A task that problems and needs begin: as urgent as the most urgent of them, and where they are. */
function begun({ problems, names, needs: known }: Around, wanted: readonly number[]): TaskWords {
  const taken = known.map(({ need }) => need).filter(({ id }) => wanted.includes(id));
  const { zones, places } = whereOf(problems);
  const urgencies = [...problems.map(({ urgency }) => urgency), ...taken.map(({ plan }) => plan.urgency)];
  const what = [...new Set(problems.map(({ indicator }) => textOf(names.get(indicator), indicator)))];
  const lines = [...what, ...taken.map(({ id, plan }) => nameOf(plan.name, id))];
  return {
    ...NO_TASK,
    zones: [...new Set([...zones, ...taken.flatMap(({ plan }) => plan.zones ?? [])])],
    places: withPlaces(places, taken.flatMap(({ plan }) => plan.places ?? [])),
    urgency: URGENCIES.find((one) => urgencies.includes(one)) ?? NO_TASK.urgency,
    text: lines.join('\n'),
    problems: problems.map(({ check_up, id }) => ({ check_up, problem: id })),
    needs: taken.map(({ id }) => id),
  };
}

function Fields({ base, first, around }: { base: Base<TaskPlan> | null; first: TaskWords; around: Around }) {
  const [all, f, t, p] = [texts.value, texts.value.form, texts.value.tasks, projectWords.value];
  const form = useForm(OF, first, base);
  const { words, change } = form;
  return (
    <FormPage list="tasks" title={base ? f.change(nameOf(base.plan.name, base.id)) : f.newTask} id={base?.id ?? null} form={form}>
      {(wrong) => (
        <>
          <section class="n-card">
            <h2>{f.what}</h2>
            <Names of={words} change={change} wrong={wrong} />
            <div class="pair">
              <Pick label={t.kind} value={words.kind} write={(kind) => change({ kind })} from={p.kinds} />
              <Pick label={t.level} value={words.level} write={(level) => change({ level })} from={p.levels} />
              <Pick label={t.urgency} value={words.urgency} write={(urgency) => change({ urgency })} from={all.urgencies} />
            </div>
            <Area label={all.text} value={words.text} write={(text) => change({ text })} wrong={wrong('text')} />
          </section>
          <SizeSection words={words} change={change} wrong={wrong} />
          <ReasonsSection words={words} change={change} wrong={wrong} around={around} />
          <ResourcesSection words={words} change={change} wrong={wrong} around={around} />
          <AfterSection words={words} change={change} wrong={wrong} around={around} own={base?.id ?? null} />
          <WhereSection words={words} change={change} wrong={wrong} note={all.noPlaces} />
        </>
      )}
    </FormPage>
  );
}
