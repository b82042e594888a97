// The problems that a check-up found: narrowed by the address, selected, decided together.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Indicator, Problem, ProblemState } from '../../api/checkups';
import type { ModelObject } from '../../api/types';
import { URGENCIES, byDimension } from '../../state/renewal/checkups';
import { NO_ZONE, narrowed, type Narrowing } from '../../state/renewal/checkups-problems';
import { narrow, route } from '../../state/renewal/route';
import { Known } from '../parts';
import type { PartProps } from './CheckUpPage';
import { Decide } from './Decide';
import { ProblemRows } from './ProblemRows';
import { may, useFound, usePhotos, type Found } from './parts';
import { nameOf, texts } from './words';

export function Problems({ detail, again }: PartProps) {
  const [asked, readAgain] = useFound(detail.check_up);
  const anew = (): void => {
    readAgain();
    again();
  };
  return (
    <Known asked={asked} again={readAgain}>
      {(found) => <Shown detail={detail} anew={anew} {...found} />}
    </Known>
  );
}

function Shown({ detail: { check_up }, anew, problems, projects, indicators, objects }: Found & { detail: PartProps['detail']; anew: () => void }) {
  const t = texts.value;
  const selected = useSignal<ReadonlySet<number>>(new Set());
  const photos = usePhotos(check_up);
  const byCode = useMemo(() => new Map(indicators.map((indicator) => [indicator.code, indicator])), [indicators]);
  if (problems.length === 0) return <p class="n-empty">{t.noProblems[check_up.state]}</p>;
  const by = narrowing();
  const shown = narrowed(problems, by, byCode);
  // What is narrowed away is not decided unseen.
  const chosen = shown.filter(({ id }) => selected.value.has(id));
  const mayDecide = check_up.state === 'review' && may('manage_check_ups');
  const isNarrow = Object.values(by).some((value) => value !== '');
  return (
    <>
      <Filters by={by} problems={problems} indicators={indicators} objects={objects} />
      <p class="n-note k-count" role="status">
        {t.shown(shown.length, problems.length)}{' '}
        {isNarrow && (
          <button class="link" type="button" onClick={() => narrow({ urgency: '', state: '', dimension: '', zone: '' })}>
            {t.clear}
          </button>
        )}
      </p>
      {shown.length === 0 ? (
        <p class="n-empty">{t.noneSuch}</p>
      ) : (
        <ProblemRows problems={shown} photos={photos} projects={projects} indicators={byCode} objects={objects} selected={mayDecide || may('plan_projects') ? selected : null} />
      )}
      {/* Stays when nothing is selected any more: it says what was done. */}
      <Decide checkUp={check_up.id} chosen={chosen} mayDecide={mayDecide} anew={anew} clear={() => (selected.value = new Set())} />
    </>
  );
}

function narrowing(): Narrowing {
  const { query } = route.value;
  const of = (key: string): string => query.get(key) ?? '';
  return { urgency: of('urgency'), state: of('state'), dimension: of('dimension'), zone: of('zone') };
}

function Filters({ by, problems, indicators, objects }: { by: Narrowing; problems: readonly Problem[]; indicators: readonly Indicator[]; objects: readonly ModelObject[] }) {
  const t = texts.value;
  const zones = new Map(objects.filter((object) => object.class === 'zone').map(({ id, name }) => [id, nameOf(name, id)]));
  const there = new Set(problems.map(({ zone }) => zone ?? NO_ZONE));
  const choices: readonly (readonly [key: keyof Narrowing, label: string, all: string, options: readonly (readonly [string, string])[]])[] = [
    ['urgency', t.urgency, t.allUrgencies, URGENCIES.map((one) => [one, t.urgencies[one]])],
    ['state', t.state, t.allProblemStates, (Object.keys(t.problemStates) as ProblemState[]).map((one) => [one, t.problemStates[one]])],
    ['dimension', t.dimension, t.allDimensions, byDimension(indicators).map(({ key, name }) => [key, nameOf(name, key)])],
    ['zone', t.exported.zone, t.allZones, [...there].map((id) => [id, id === NO_ZONE ? t.noZone : (zones.get(id) ?? id)])],
  ];
  return (
    <div class="n-filters">
      {choices.map(([key, label, all, options]) => (
        <select key={key} class="n-input" aria-label={label} value={by[key]} onChange={({ currentTarget }) => narrow({ [key]: currentTarget.value })}>
          <option value="">{all}</option>
          {options.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      ))}
    </div>
  );
}
