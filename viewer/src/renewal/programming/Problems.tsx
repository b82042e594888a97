// Confirmed problems of a check-up (问题清单) with the tasks that they are in; those that are in none begin one.
import { useSignal, type Signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { getCheckUps, type CheckUp, type Indicator, type Problem, type Urgency } from '../../api/checkups';
import { allOf, tasks, type Task } from '../../api/programming';
import type { ModelObject } from '../../api/types';
import { URGENCIES } from '../../state/renewal/checkups';
import { inModel } from '../../state/renewal/checkups-place';
import { refKey, tasksByProblem } from '../../state/renewal/programming';
import { hashOf, narrow, route } from '../../state/renewal/route';
import { zones } from '../../state/session';
import { language } from '../../state/settings';
import { UrgencyMark, titleOf, useFound, useNames } from '../checkups/parts';
import { dayName, nameOf as textOf } from '../checkups/words';
import { Figures, Head, Known, SignInHint, useAsked } from '../parts';
import { zoneName } from '../projects/words';
import { words } from '../words';
import { Tabs, may } from './parts';
import { count, nameOf, texts } from './words';

export function Problems() {
  const t = texts.value.problems;
  return (
    <>
      <Head title={words.value.programming} under={t.under}>
        {may('plan_tasks') && (
          <a class="button" href={hashOf('programming/generate')}>
            {texts.value.tasks.generate}
          </a>
        )}
      </Head>
      <SignInHint />
      <Tabs />
      {may('read_check_ups') ? <OfCheckUps /> : <p class="n-empty">{t.mayNot}</p>}
    </>
  );
}

function OfCheckUps() {
  const t = texts.value.problems;
  const [asked, again] = useAsked('programming/checkups', async (signal) => (await Promise.all(['concluded', 'review'].map((state) => getCheckUps(`state=${state}&limit=200`, signal)))).flatMap(({ check_ups }) => check_ups));
  return (
    <Known asked={asked} again={again}>
      {(checkUps) => {
        const chosen = checkUps.find(({ id }) => String(id) === route.value.query.get('check_up')) ?? checkUps[0];
        if (!chosen) return <p class="n-empty">{t.none}</p>;
        return <Of key={chosen.id} checkUp={chosen} all={checkUps} />;
      }}
    </Known>
  );
}

interface Narrowing {
  readonly urgency: string;
  readonly zone: string;
  readonly free: boolean;
}

function narrowing(): Narrowing {
  const of = (key: string): string => route.value.query.get(key) ?? '';
  return { urgency: of('urgency'), zone: of('zone'), free: of('free') === 'true' };
}

function Of({ checkUp, all }: { checkUp: CheckUp; all: readonly CheckUp[] }) {
  const [asked, again] = useFound(checkUp);
  const [taken, takenAgain] = useAsked(`programming/checkups/${checkUp.id}/tasks`, async (signal) => tasksByProblem((await allOf(tasks, { check_up: String(checkUp.id) }, signal)).map(({ task }) => task)));
  return (
    <Known asked={asked} again={again}>
      {({ problems, indicators, objects }) => (
        <Known asked={taken} again={takenAgain}>
          {(byProblem) => <Listed checkUp={checkUp} all={all} problems={problems.filter(({ state }) => state === 'confirmed')} indicators={indicators} objects={objects} byProblem={byProblem} />}
        </Known>
      )}
    </Known>
  );
}

function Filters({ checkUp, all }: { checkUp: CheckUp; all: readonly CheckUp[] }) {
  const [a, t] = [texts.value, texts.value.problems];
  const by = narrowing();
  return (
    <div class="n-filters" role="search" aria-label={a.filters}>
      <select class="n-input" aria-label={t.checkUp} value={String(checkUp.id)} onChange={({ currentTarget }) => narrow({ check_up: currentTarget.value })}>
        {all.map((one) => (
          <option key={one.id} value={String(one.id)}>
            {titleOf(one)}
          </option>
        ))}
      </select>
      <select class="n-input" aria-label={a.all.urgency} value={by.urgency} onChange={({ currentTarget }) => narrow({ urgency: currentTarget.value })}>
        <option value="">{a.all.urgency}</option>
        {URGENCIES.map((one) => (
          <option key={one} value={one}>
            {a.urgencies[one]}
          </option>
        ))}
      </select>
      <select class="n-input" aria-label={a.all.zone} value={by.zone} onChange={({ currentTarget }) => narrow({ zone: currentTarget.value })}>
        <option value="">{a.all.zone}</option>
        {zones.value.map(({ id }) => (
          <option key={id} value={id}>
            {zoneName(id)}
          </option>
        ))}
      </select>
      <label class="p-check">
        <input type="checkbox" checked={by.free} onChange={({ currentTarget }) => narrow({ free: currentTarget.checked ? 'true' : '' })} />
        {t.free}
      </label>
    </div>
  );
}

interface ListedProps {
  readonly checkUp: CheckUp;
  readonly all: readonly CheckUp[];
  readonly problems: readonly Problem[];
  readonly indicators: readonly Indicator[];
  readonly objects: readonly ModelObject[];
  readonly byProblem: ReadonlyMap<string, Task>;
}

const taskOf = (byProblem: ReadonlyMap<string, Task>, { check_up, id }: Problem): Task | undefined => byProblem.get(refKey({ check_up, problem: id }));

function Listed({ checkUp, all, problems, indicators, objects, byProblem }: ListedProps) {
  const t = texts.value.problems;
  const selected = useSignal<ReadonlySet<number>>(new Set());
  const by = narrowing();
  const free = problems.filter((problem) => !taskOf(byProblem, problem));
  const order = (urgency: Urgency): number => URGENCIES.indexOf(urgency);
  const shown = problems
    .filter((problem) => (by.urgency === '' || problem.urgency === by.urgency) && (by.zone === '' || problem.zone === by.zone) && (!by.free || !taskOf(byProblem, problem)))
    .sort((x, y) => order(x.urgency) - order(y.urgency) || x.id - y.id);
  const chosen = shown.filter((problem) => selected.value.has(problem.id) && !taskOf(byProblem, problem)).map(({ id }) => id);
  return (
    <>
      <Figures of={[[t.figures.all, count(problems.length)], [t.figures.inTasks, count(problems.length - free.length)], [t.figures.free, count(free.length)], [t.figures.urgent, count(free.filter(({ urgency }) => urgency === 'urgent').length)]]} />
      <Filters checkUp={checkUp} all={all} />
      {shown.length === 0 ? <p class="n-empty">{problems.length === 0 ? t.noneConfirmed : texts.value.nothingFits}</p> : <Rows problems={shown} indicators={indicators} objects={objects} byProblem={byProblem} selected={may('plan_tasks') ? selected : null} />}
      {chosen.length > 0 && (
        <p class="k-save g-begin">
          <a class="button" href={hashOf('programming', 'new', '', { check_up: String(checkUp.id), problems: chosen.join(',') })}>
            {t.begin(chosen.length)}
          </a>
        </p>
      )}
    </>
  );
}

function Rows({ problems, indicators, objects, byProblem, selected }: Omit<ListedProps, 'checkUp' | 'all'> & { selected: Signal<ReadonlySet<number>> | null }) {
  const t = texts.value.problems;
  const siteName = useNames(objects);
  const names = useMemo(() => new Map(indicators.map(({ code, name }) => [code, textOf(name, code)])), [indicators]);
  const byId = useMemo(() => new Map(objects.map((object) => [object.id, object])), [objects]);
  const toggle = (ids: readonly number[], on: boolean): void => {
    if (selected) selected.value = new Set(on ? [...selected.peek(), ...ids] : [...selected.peek()].filter((id) => !ids.includes(id)));
  };
  const free = problems.filter((problem) => !taskOf(byProblem, problem)).map(({ id }) => id);
  return (
    <>
      {selected && free.length > 0 && (
        <label class="k-only">
          <input type="checkbox" checked={free.every((id) => selected.value.has(id))} onChange={({ currentTarget }) => toggle(free, currentTarget.checked)} />
          {t.selectAll}
        </label>
      )}
      <ul class="k-list">
        {problems.map((problem) => {
          const task = taskOf(byProblem, problem);
          const place = byId.get(problem.object);
          const what = `${siteName(problem.object)} · ${names.get(problem.indicator) ?? problem.indicator}`;
          return (
            <li key={problem.id} class="g-item" data-problem={problem.id}>
              {selected && <input type="checkbox" class="g-select" aria-label={t.select(what)} disabled={task !== undefined} checked={selected.value.has(problem.id)} onChange={({ currentTarget }) => toggle([problem.id], currentTarget.checked)} />}
              <span class="g-row g-four">
                <span class="what">
                  <a href={hashOf('checkups', problem.check_up, 'problems')}>{what}</a>
                  <small>
                    {textOf(problem.because)} {place && <a href={inModel(place, language.value)}>{words.value.inModel}</a>}
                  </small>
                </span>
                <UrgencyMark of={problem.urgency} />
                <span>{task ? <a href={hashOf('programming', task.id)}>{nameOf(task.plan.name, task.id)}</a> : <small>{t.noTask}</small>}</span>
                <small class="g-figure">
                  {t.due} {dayName(problem.due)}
                </small>
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
