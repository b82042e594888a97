// Why a task is: problems of check-ups with the places where they were found, needs, reports of residents.
import { useMemo } from 'preact/hooks';
import type { Indicator } from '../../api/checkups';
import { inTurn } from '../../api/in-turn';
import { needs, type Need, type TaskPlan } from '../../api/programming';
import type { CheckUpProblem } from '../../api/project-work';
import type { ModelObject } from '../../api/types';
import { inModel } from '../../state/renewal/checkups-place';
import { askNames, askProblems } from '../../state/renewal/project-problems';
import { hashOf } from '../../state/renewal/route';
import { buildings, zones } from '../../state/session';
import { language } from '../../state/settings';
import { UrgencyMark, useNames } from '../checkups/parts';
import { nameOf as textOf } from '../checkups/words';
import { Known, useAsked } from '../parts';
import { words } from '../words';
import { Reports } from './Need';
import { StateMark } from './parts';
import { nameOf, texts } from './words';

/** So many of each are told of one by one. */
const MOST = 100;

interface Told {
  readonly problems: readonly CheckUpProblem[];
  readonly names: ReadonlyMap<string, Indicator['name']>;
  readonly needs: readonly Need[];
}

export function Reasons({ id, plan, version }: { id: number; plan: TaskPlan; version: number }) {
  const t = texts.value.tasks;
  const { problems = [], needs: of = [], reports = [] } = plan;
  const [asked, again] = useAsked<Told>(`task/${id}/reasons/${version}`, async (signal) => {
    const [found, met] = await Promise.all([askProblems(problems.slice(0, MOST), signal), inTurn(of.slice(0, MOST), (need) => needs.one(need, signal), signal)]);
    return { problems: found, names: await askNames(found, signal), needs: met.map(({ row }) => row.need) };
  });
  return (
    <section class="n-card">
      <h2>{t.because}</h2>
      {problems.length + of.length + reports.length === 0 ? (
        <p class="n-note">{t.noReasons}</p>
      ) : (
        <Known asked={asked} again={again}>
          {(known) => (
            <>
              {known.problems.length > 0 && <ProblemLines {...known} />}
              {known.needs.length > 0 && <NeedLines needs={known.needs} />}
              {reports.length > 0 && (
                <>
                  <h3>{t.reports}</h3>
                  <Reports ids={reports} />
                </>
              )}
            </>
          )}
        </Known>
      )}
    </section>
  );
}

function ProblemLines({ problems, names }: Pick<Told, 'problems' | 'names'>) {
  const t = texts.value.tasks;
  const objects = useMemo((): readonly ModelObject[] => [...buildings.value, ...zones.value], [buildings.value, zones.value]);
  const siteName = useNames(objects);
  const byId = new Map(objects.map((object) => [object.id, object]));
  return (
    <>
      <h3>{t.problems}</h3>
      <ul class="g-reasons">
        {problems.map(({ check_up, id, object, indicator, urgency, because }) => {
          const place = byId.get(object);
          return (
            <li key={`${check_up}/${id}`} data-problem={id}>
              <UrgencyMark of={urgency} />
              <span>
                <a href={hashOf('checkups', check_up, 'problems')}>
                  {object.startsWith('community/') ? words.value.whole : siteName(object)} · {textOf(names.get(indicator), indicator)}
                </a>
                <small>
                  {textOf(because)}{' '}
                  {place && <a href={inModel(place, language.value)}>{words.value.inModel}</a>}
                </small>
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function NeedLines({ needs: of }: { needs: readonly Need[] }) {
  const t = texts.value;
  return (
    <>
      <h3>{t.tasks.needs}</h3>
      <ul class="g-reasons">
        {of.map(({ id, plan, state }) => (
          <li key={id} data-need={id}>
            <UrgencyMark of={plan.urgency} />
            <span>
              <a href={hashOf('programming/needs', id)}>{nameOf(plan.name, id)}</a> <StateMark of={state} word={t.needs.states[state]} />
              <small>{[t.needs.kinds[plan.kind], t.needs.sources[plan.source]].join(' · ')}</small>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
