// The form of a whole plan, for a project that is to be and for one that is there.
//
// In: the number of a project, or what the address begins with; what was written before. Out: the plan at the server.
// What is written is kept in the browser meanwhile; who was overtaken keeps it and sees what others made of the plan.
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { getProject, type ProjectDetail } from '../../api/projects';
import type { Task } from '../../api/programming';
import type { CheckUpProblem } from '../../api/project-work';
import { named } from '../../i18n/format';
import type { Drawable } from '../../state/geojson';
import { keep, kept, type Draft } from '../../state/renewal/project-drafts';
import { EMPTY, wordsOfPlan, type PlanWords } from '../../state/renewal/project-plan';
import { askNames, askProblems, askTasks, problemsOf, whereOf } from '../../state/renewal/project-problems';
import { numbersOf } from '../../state/renewal/programming';
import { drawnHere, placeOfShape, withPlaces } from '../../state/renewal/project-shapes';
import { hashOf, narrow, route } from '../../state/renewal/route';
import { buildings, publication, zones } from '../../state/session';
import { language } from '../../state/settings';
import { Head, Known, SignInHint, useAsked } from '../parts';
import { words } from '../words';
import { PlanForm } from './PlanForm';
import { planWords } from './plan-words';
import { workWords } from './words';

export function PlanPage({ id }: { id: number | null }) {
  return id === null ? <New /> : <Change id={id} />;
}

function New() {
  const t = planWords.value;
  const refs = problemsOf(route.value.query);
  const wanted = numbersOf(route.value.query.get('tasks'));
  const name = ['new', ...(refs[0] ? [refs[0].check_up, refs.map(({ problem }) => problem).join('-')] : []), ...(wanted.length > 0 ? ['tasks', wanted.join('-')] : [])].join('.');
  const [asked, again] = useAsked<Found>(name, async (signal) => {
    const from = await askTasks(wanted, signal);
    const problems = await askProblems([...refs, ...from.flatMap(({ plan }) => plan.problems ?? [])], signal);
    return { tasks: from, problems, names: await askNames(problems, signal) };
  });
  return (
    <>
      <p class="p-back">
        <a href={hashOf('projects')}>{workWords.value.back}</a>
      </p>
      <Head title={t.newTitle} under={t.underNew} />
      <SignInHint />
      <Known asked={asked} again={again}>
        {(found) => <Begun key={name} name={name} found={found} />}
      </Known>
    </>
  );
}

function Begun({ name, found }: { name: string; found: Found }) {
  const community = publication.value?.catalog.community.id;
  const drawn = route.value.query.get('drawn') ?? null;
  // Where shapes are kept is known with the community.
  if (drawn !== null && community === undefined) {
    return (
      <p class="n-empty" role="status">
        {words.value.loading}
      </p>
    );
  }
  return <Filled name={name} found={found} drawn={drawn === null ? null : (drawnHere(community ?? '')[Number(drawn) - 1] ?? 'gone')} />;
}

/** The form; `drawn` is the shape that the address hands over, which the draft has from then on. */
function Filled({ name, found, drawn }: { name: string; found: Found; drawn: Drawable | 'gone' | null }) {
  const handed = useRef(drawn).current;
  const first = useMemo(() => {
    const from = firstOf({ words: begun(found), base: null, reason: '', at: '' }, name);
    return handed === null || handed === 'gone' ? from : withDrawn(from, name, handed);
  }, []);
  useEffect(() => {
    if (drawn !== null) narrow({ drawn: '' });
  }, []);
  return (
    <>
      {handed === 'gone' && (
        <p class="p-missing" role="alert">
          {planWords.value.drawnGone}
        </p>
      )}
      <PlanForm name={name} detail={null} first={first} problems={found.problems} />
    </>
  );
}

interface First {
  readonly fresh: Draft;
  readonly draft: Draft | null;
}

/** What a form begins with: what was written before, else what is there. */
const firstOf = (fresh: Draft, name: string): First => ({ fresh, draft: kept(name) });

function withDrawn({ fresh, draft }: First, name: string, shape: Drawable): First {
  const into = (of: Draft): Draft => ({ ...of, words: { ...of.words, places: withPlaces(of.words.places, [placeOfShape(shape)]) } });
  const next = { fresh: into(fresh), draft: draft && into(draft) };
  keep(name, { ...(next.draft ?? next.fresh), at: new Date().toISOString() });
  return next;
}

/** Tasks of programming, problems, and what their indicators are called. */
interface Found {
  readonly tasks: readonly Task[];
  readonly problems: readonly CheckUpProblem[];
  readonly names: Awaited<ReturnType<typeof askNames>>;
}

/** A plan that comes from tasks, or answers problems of a check-up: what and where they are, and a line for each. */
function begun({ tasks, problems, names }: Found): PlanWords {
  const first = tasks[0]?.plan;
  if (!first && problems.length === 0) return EMPTY;
  const t = planWords.peek();
  const inWords = (name: Parameters<typeof named>[0], id: string): string => named(name, language.peek(), id);
  const objectName = (id: string): string =>
    id.startsWith('community/') ? words.peek().whole : inWords([...buildings.peek(), ...zones.peek()].find((object) => object.id === id)?.name, id);
  const lines = problems.map(({ object, indicator, because }) => t.problemLine(objectName(object), inWords(names.get(indicator), indicator), inWords(because, '')));
  const from = { ...EMPTY, ...whereOf(problems), summary: lines.length > 0 ? [t.summaryOf, ...lines].join('\n') : '', problems: problems.map(({ check_up, id }) => ({ check_up, problem: id })) };
  return first ? ofTasks(tasks, first, from) : from;
}

/** What tasks say is said of the project, too; of several the name is left to whoever writes it. */
function ofTasks(tasks: readonly Task[], first: Task['plan'], from: PlanWords): PlanWords {
  const name = tasks.length === 1 ? { zh: first.name.zh ?? '', en: first.name.en ?? '' } : {};
  const said = tasks.map(({ plan }) => [tasks.length > 1 ? named(plan.name, language.peek(), '') : '', plan.text ?? ''].filter((words) => words !== '').join('\n'));
  return {
    ...from,
    ...name,
    kind: first.kind,
    level: first.level,
    summary: [...said, from.summary].filter((words) => words !== '').join('\n'),
    zones: [...new Set([...from.zones, ...tasks.flatMap(({ plan }) => plan.zones ?? [])])],
    places: withPlaces(tasks.flatMap(({ plan }) => plan.places ?? []), from.places),
    reports: [...new Set(tasks.flatMap(({ plan }) => plan.reports ?? []))].join(', '),
    tasks: tasks.map(({ id }) => id),
  };
}

function Change({ id }: { id: number }) {
  const t = planWords.value;
  const [asked, again, put] = useAsked<ProjectDetail>(String(id), () => getProject(id));
  return (
    <Known asked={asked} again={again}>
      {(detail) => {
        const { plan, version } = detail.project;
        const name = named(plan.name, language.value, workWords.value.numbered(id));
        const fresh = { words: wordsOfPlan(plan), base: { plan, version }, reason: '', at: '' };
        return (
          <>
            <p class="p-back">
              <a href={hashOf('projects', id)}>{name}</a>
            </p>
            <Head title={t.changeTitle(name)} under={note(detail)} />
            <SignInHint />
            {detail.may.includes('plan') ? <PlanForm key={id} name={String(id)} detail={detail} first={firstOf(fresh, String(id))} problems={[]} put={put} /> : <p class="n-empty">{t.mayNot}</p>}
          </>
        );
      }}
    </Known>
  );
}

/** What of a plan has to stay in this state. */
function note({ project: { state } }: ProjectDetail): string {
  const t = planWords.value;
  if (state === 'declared' || state === 'screened' || state === 'assessed') return t.reviewing;
  return state === 'works' || state === 'completed' ? t.building : t.keptHere;
}
