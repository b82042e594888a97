// Chooses a project of renewal and which of its alternatives a side of the comparison shows.
//
// In: projects, alternatives of one of them. Out: sides. Part of the card of the comparison.
import { useEffect } from 'preact/hooks';
import { named } from '../i18n';
import { compareTexts } from '../i18n/compare';
import { alternatives, planProject, shows, sideWith, startPlans } from '../state/compare-plans';
import { changeSide, surveys, type Side } from '../state/compare';
import { models } from '../state/models';
import { openedProjectId, projectsAlsoWanted, startProjectBook } from '../state/project-book';
import { projects } from '../state/projects';
import { language } from '../state/settings';

export function ProjectChoice() {
  const t = compareTexts(language.value);
  useEffect(() => {
    startProjectBook();
    projectsAlsoWanted.value = true;
    // Who looks at a project most likely wants to compare that one.
    planProject.value ??= openedProjectId.peek();
    const stop = startPlans();
    return () => {
      projectsAlsoWanted.value = false;
      stop();
    };
  }, []);
  // Without projects there is nothing to choose, and nothing to say: most comparisons are without.
  if (projects.value.size === 0) return null;
  const now = alternatives.value;
  return (
    <>
      <label class="row">
        <span>{t.project}</span>
        <select value={planProject.value ?? ''} onChange={({ currentTarget: { value } }) => (planProject.value = value === '' ? null : Number(value))}>
          <option value="">{t.none}</option>
          {[...projects.value.values()].map(({ id, name }) => (
            <option key={id} value={id}>
              {named(name, language.value, `#${id}`)}
            </option>
          ))}
        </select>
      </label>
      {planProject.value !== null && (
        <div role="status">
          {typeof now === 'string' ? <p class="note">{t.plans[now]}</p> : !now.some(isThere) && <p class="note">{t.plans.nothing}</p>}
        </div>
      )}
    </>
  );
}

const BARE: Side = { survey: '', models: new Set(), at_ms: null };
const isThere = (one: Parameters<typeof shows>[1]): boolean => sideWith(BARE, one, models.value, surveys.value) !== null;

export function PlanChoice({ side, of }: { side: 0 | 1; of: Side }) {
  const t = compareTexts(language.value);
  const now = alternatives.value;
  const there = planProject.value === null || typeof now === 'string' ? [] : now.filter(isThere);
  if (there.length === 0) return null;
  return (
    <label class="row">
      <span>{t.plan}</span>
      <select
        value={there.find((one) => shows(of, one, models.value))?.id ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const chosen = there.find(({ id }) => id === value);
          const next = chosen && sideWith(of, chosen, models.peek(), surveys.peek());
          if (next) changeSide(side, next);
        }}
      >
        <option value="" disabled>
          {t.choosePlan}
        </option>
        {there.map(({ id, name }) => (
          <option key={id} value={id}>
            {named(name, language.value, id)}
          </option>
        ))}
      </select>
    </label>
  );
}
