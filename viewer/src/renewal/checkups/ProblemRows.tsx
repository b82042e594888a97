// Problems in rows, cards on a phone: where, what, how bad against which threshold, how urgent, until when, and decided how.
import { useSignal, type Signal } from '@preact/signals';
import type { Indicator, Problem } from '../../api/checkups';
import type { ModelObject } from '../../api/types';
import { keyOf } from '../../state/renewal/checkups-drafts';
import { inModel } from '../../state/renewal/checkups-place';
import { hashOf } from '../../state/renewal/route';
import { language } from '../../state/settings';
import { words } from '../words';
import { Photos } from './Photos';
import { DecisionMark, UrgencyMark, useNames } from './parts';
import { dayName, nameOf, texts, valueOf } from './words';

/** So many rows at once; more when asked for. */
const STEP = 200;

interface Props {
  readonly problems: readonly Problem[];
  /** Of the values, by indicator and object. */
  readonly photos: ReadonlyMap<string, readonly string[]>;
  readonly projects: ReadonlyMap<number, readonly number[]>;
  readonly indicators: ReadonlyMap<string, Indicator>;
  readonly objects: readonly ModelObject[];
  /** Null for who can do nothing with them. */
  readonly selected: Signal<ReadonlySet<number>> | null;
}

export function ProblemRows({ problems, photos, projects, indicators, objects, selected }: Props) {
  const t = texts.value;
  const most = useSignal(STEP);
  const siteName = useNames(objects);
  const byId = new Map(objects.map((object) => [object.id, object]));
  const all = problems.every(({ id }) => selected?.value.has(id));
  return (
    <>
      <div class="n-scroll k-paper">
        <table class="n-table k-problems">
          <thead>
            <tr>
              {selected && (
                <th>
                  <input type="checkbox" aria-label={t.selectAll} checked={all} onChange={() => (selected.value = new Set(all ? [] : problems.map(({ id }) => id)))} />
                </th>
              )}
              <th>{t.object}</th>
              <th>{t.indicator}</th>
              <th class="number">{t.against}</th>
              <th>{t.severity}</th>
              <th>{t.urgency}</th>
              <th>{t.due}</th>
              <th>{t.state}</th>
            </tr>
          </thead>
          <tbody>
            {problems.slice(0, most.value).map((problem) => (
              <Row key={problem.id} of={problem} at={siteName(problem.object)} place={byId.get(problem.object)} photos={photos.get(keyOf(problem.indicator, problem.object)) ?? []} projects={projects.get(problem.id) ?? []} indicator={indicators.get(problem.indicator)} selected={selected} />
            ))}
          </tbody>
        </table>
      </div>
      {problems.length > most.value && (
        <p class="k-more">
          <button class="button quiet" type="button" onClick={() => (most.value += STEP)}>
            {t.furtherRows(problems.length - most.value)}
          </button>
        </p>
      )}
    </>
  );
}

interface RowProps {
  readonly of: Problem;
  readonly at: string;
  readonly place: ModelObject | undefined;
  readonly photos: readonly string[];
  readonly projects: readonly number[];
  readonly indicator: Indicator | undefined;
  readonly selected: Props['selected'];
}

function Row({ of, at, place, photos, projects, indicator, selected }: RowProps) {
  const t = texts.value;
  const name = nameOf(indicator?.name, of.indicator);
  const unit = { unit: indicator?.unit ?? '' };
  const isOpen = of.state === 'found' || of.state === 'confirmed';
  const toggle = (signal: Signal<ReadonlySet<number>>, wanted: boolean): void => {
    const next = new Set(signal.peek());
    if (wanted) next.add(of.id);
    else next.delete(of.id);
    signal.value = next;
  };
  return (
    <tr data-problem={of.id} aria-selected={selected?.value.has(of.id)}>
      {selected && (
        <td class="k-pick-row">
          <input type="checkbox" aria-label={t.select(`${at} ${name}`)} checked={selected.value.has(of.id)} onChange={({ currentTarget }) => toggle(selected, currentTarget.checked)} />
        </td>
      )}
      <td class="k-where">
        <b>{at}</b>
        {place && (
          <small>
            <a href={inModel(place, language.value)}>{words.value.inModel}</a>
          </small>
        )}
      </td>
      <td class="k-what">
        {name}
        <small>{nameOf(of.because)}</small>
        {of.reason && <small class="k-said">{of.reason}</small>}
        <Photos ids={photos} name={`${at} ${name}`} />
        {projects.length > 0 && (
          <small>
            {projects.map((id) => (
              <a key={id} href={hashOf('projects', id)}>
                {t.project(id)}
              </a>
            ))}
          </small>
        )}
      </td>
      <td class="number" data-label={t.against}>
        <span>
          <b>{valueOf(of.value, unit)}</b> / {valueOf(of.threshold, unit)}
        </span>
      </td>
      <td class="k-one-line" data-label={t.severity}>
        <span>{t.urgencies[of.severity]}</span>
      </td>
      <td data-label={t.urgency}>
        <span>
          <UrgencyMark of={of.urgency} />
          {of.urgency !== of.found && <small>{t.changedFrom(t.urgencies[of.found])}</small>}
        </span>
      </td>
      <td class="k-one-line" data-label={t.due}>
        <span>
          {dayName(of.due)}
          {isOpen && Date.parse(of.due) < Date.now() && <small class="k-wrong">{t.overdue}</small>}
        </span>
      </td>
      <td data-label={t.state}>
        <DecisionMark of={of.state} />
      </td>
    </tr>
  );
}
