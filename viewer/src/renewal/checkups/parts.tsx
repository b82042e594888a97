// What the pages of check-ups share: states, urgencies, bars of progress, names of objects, what is asked of the server once.
import { useMemo } from 'preact/hooks';
import { getIndicators, getProblems, getValues, type CheckUp, type CheckUpState, type Indicator, type Problem, type ProblemState, type Urgency } from '../../api/checkups';
import { getObjects } from '../../api/client';
import type { ModelObject } from '../../api/types';
import { account } from '../../state/account';
import { chosenOf, percent, type Share } from '../../state/renewal/checkups';
import { keyOf } from '../../state/renewal/checkups-drafts';
import { zones } from '../../state/session';
import { useAsked, type Asked } from '../parts';
import { words } from '../words';
import { nameOf, texts } from './words';

export const StateMark = ({ of }: { of: CheckUpState }) => (
  <span class="n-mark k-state" data-state={of}>
    {texts.value.states[of]}
  </span>
);

export const UrgencyMark = ({ of }: { of: Urgency }) => (
  <span class="n-mark k-urgency" data-urgency={of}>
    {texts.value.urgencies[of]}
  </span>
);

export const DecisionMark = ({ of }: { of: ProblemState }) => (
  <span class="n-mark k-decision" data-decision={of}>
    {texts.value.problemStates[of]}
  </span>
);

/** How far something is: a bar, with its figures as words. */
export function Bar({ of, label }: { of: Share; label: string }) {
  return (
    <span class="k-bar">
      <span class="n-bar" role="progressbar" aria-label={label} aria-valuenow={percent(of)} aria-valuemin={0} aria-valuemax={100}>
        <span style={{ width: `${percent(of)}%` }} />
      </span>
      <small>{texts.value.filled(of.values, of.objects)}</small>
    </span>
  );
}

/** The zones that a check-up is limited to, by name. */
export function zonesOf(checkUp: Pick<CheckUp, 'zones'>): string {
  const chosen = checkUp.zones ?? [];
  if (chosen.length === 0) return words.value.whole;
  const known = new Map(zones.value.map((zone) => [zone.id, zone.name]));
  return texts.value.listed(chosen.map((id) => nameOf(known.get(id), id)));
}

export const titleOf = (checkUp: CheckUp): string => nameOf(checkUp.name, String(checkUp.id));

/** Whether whoever looks may do something, in some place at least: the server decides at each. */
export const may = (action: 'manage_check_ups' | 'assess_indicators' | 'read_check_ups' | 'plan_projects'): boolean => account.value?.actions.includes(action) ?? false;

const catalogues = new Map<number, Promise<readonly Indicator[]>>();

/** A numbered catalogue never changes: it is asked for once. */
function catalogueOf(number: number): Promise<readonly Indicator[]> {
  const known = catalogues.get(number) ?? getIndicators(number);
  catalogues.set(number, known);
  known.catch(() => catalogues.delete(number));
  return known;
}

/** The indicators of a check-up, in the order of its catalogue. */
export const indicatorsOf = async (checkUp: CheckUp): Promise<readonly Indicator[]> => chosenOf(checkUp, await catalogueOf(checkUp.catalogue));

/** Every object that can be assessed, those that only building models know at the end. */
export async function allObjects(): Promise<readonly ModelObject[]> {
  const [communities, neighbourhoods, buildings] = await Promise.all([getObjects('community'), getObjects('zone'), getObjects('building')]);
  return [...buildings.filter(({ bim }) => !bim), ...neighbourhoods, ...communities, ...buildings.filter(({ bim }) => bim)];
}

/** What the list of problems and the report are made from. */
export interface Found {
  readonly indicators: readonly Indicator[];
  readonly objects: readonly ModelObject[];
  readonly problems: readonly Problem[];
  /** Projects that come from a problem, by its number. */
  readonly projects: ReadonlyMap<number, readonly number[]>;
}

/** The problems of a check-up with what they are of and where; read anew with each version of the check-up. */
export function useFound(checkUp: CheckUp): readonly [Asked<Found>, () => void] {
  const [asked, again] = useAsked(`checkup/${checkUp.id}/problems/${checkUp.version}`, async (signal) => {
    const [indicators, objects, found] = await Promise.all([indicatorsOf(checkUp), allObjects(), getProblems(checkUp.id, signal)]);
    return { indicators, objects, ...found };
  });
  return [asked, again];
}

/** The photographs of the values of a check-up, by indicator and object; those of problems come when they are there. */
export function usePhotos(checkUp: CheckUp): ReadonlyMap<string, readonly string[]> {
  const [asked] = useAsked(`checkup/${checkUp.id}/photos/${checkUp.version}`, async (signal) => {
    const values = await getValues(checkUp.id, null, signal);
    return new Map(values.flatMap(({ indicator, object, photos = [] }) => (photos.length > 0 ? [[keyOf(indicator, object), photos] as const] : [])));
  });
  return asked.state === 'known' ? asked.it : NO_PHOTOS;
}

const NO_PHOTOS: ReadonlyMap<string, readonly string[]> = new Map();

/** Names of objects by id. */
export function useNames(objects: readonly ModelObject[]): (id: string) => string {
  const byId = useMemo(() => new Map(objects.map((object) => [object.id, object])), [objects]);
  return (id) => {
    const object = byId.get(id);
    const name = nameOf(object?.name, id);
    return object?.bim ? texts.value.ofModel(name, object.bim.source) : name;
  };
}
