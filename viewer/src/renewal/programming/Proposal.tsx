// A task that follows from problems and needs: what it would be, why, where, and the resources that suit it.
import { useId } from 'preact/hooks';
import type { ResourceRow, TaskProposal } from '../../api/programming';
import { hashOf } from '../../state/renewal/route';
import { nameOf as textOf } from '../checkups/words';
import { UrgencyMark } from '../checkups/parts';
import { usePlaceName } from '../projects/PlaceLink';
import { projectWords, workWords } from '../projects/words';
import type { Chosen } from './Generate';
import { ResourceLine, matchIn } from './TaskResources';
import { nameOf, sizeIn, texts, zonesIn } from './words';

interface Props {
  readonly of: TaskProposal;
  readonly chosen: Chosen;
  readonly set: (changes: Partial<Chosen>) => void;
  readonly known: ReadonlyMap<number, ResourceRow>;
}

/** So many places are named; the others are counted by the reasons. */
const PLACES_MOST = 6;

export function Proposal({ of: { plan, because, resources }, chosen, set, known }: Props) {
  const [t, p] = [texts.value.generate, projectWords.value];
  const id = useId();
  const use = (resource: number, on: boolean): void => set({ resources: on ? [...chosen.resources, resource] : chosen.resources.filter((one) => one !== resource) });
  return (
    <article class="n-card g-proposal" data-on={chosen.on}>
      <label class="g-title">
        <input type="checkbox" checked={chosen.on} aria-describedby={id} onChange={({ currentTarget }) => set({ on: currentTarget.checked })} />
        <b>{nameOf(plan.name, 0)}</b>
        <UrgencyMark of={plan.urgency} />
      </label>
      <p class="n-note" id={id}>
        {[p.kinds[plan.kind], p.levels[plan.level], zonesIn(plan.zones), plan.size ? sizeIn(plan.size) : ''].filter(Boolean).join(' · ')}
      </p>
      {plan.text && <p class="p-words">{plan.text}</p>}
      <p class="n-note">
        {(plan.places ?? []).slice(0, PLACES_MOST).map((place, at) => (
          <span key={at}>
            {at > 0 && texts.value.list}
            <PlaceName place={place} />
          </span>
        ))}
      </p>
      <details open={because.length <= 3}>
        <summary>{t.because(because.length)}</summary>
        <ul class="p-lines">
          {because.map((one, at) => (
            <li key={at}>
              {one.type === 'problem' ? <a href={hashOf('checkups', one.of.check_up, 'problems')}>{workWords.value.problemRow(one.of.check_up, one.of.problem)}</a> : <a href={hashOf('programming/needs', one.need)}>{`${texts.value.tasks.needs} ${texts.value.numbered(one.need)}`}</a>} <small>{textOf(one.because)}</small>
            </li>
          ))}
        </ul>
      </details>
      {resources.length === 0 ? (
        <p class="n-note">{t.noMatches}</p>
      ) : (
        <fieldset class="p-rows">
          <legend>{t.matches}</legend>
          {resources.map((match) => (
            <label key={match.resource} class="check">
              <input type="checkbox" checked={chosen.resources.includes(match.resource)} onChange={({ currentTarget }) => use(match.resource, currentTarget.checked)} />
              <span>
                <ResourceLine of={known.get(match.resource)} id={match.resource} /> {matchIn(match) !== '' && <small>· {matchIn(match)}</small>}
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </article>
  );
}

const PlaceName = ({ place }: { place: Parameters<typeof usePlaceName>[0] }) => <>{usePlaceName(place)}</>;
