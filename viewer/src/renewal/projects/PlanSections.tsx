// Sections of the form of a plan: what it is, where it is, what it comes from.
import { useSignal } from '@preact/signals';
import type { ProjectPlace } from '../../api/project-work';
import { named } from '../../i18n/format';
import { placeOf } from '../../state/renewal/project-places';
import { withPlaces } from '../../state/renewal/project-shapes';
import { zones } from '../../state/session';
import { hashOf } from '../../state/renewal/route';
import { language } from '../../state/settings';
import { words as around } from '../words';
import { Area, Field, Input, Pick } from './fields';
import { PlaceLink } from './PlaceLink';
import { PlaceSearch } from './PlaceSearch';
import { planWords } from './plan-words';
import type { Writing } from './PlanForm';
import { Shapes } from './Shapes';
import { projectWords, workWords } from './words';

export function WhatSection({ words, change, wrong }: Writing) {
  const [t, p] = [planWords.value, projectWords.value];
  return (
    <section class="n-card">
      <h2>{t.sections.what}</h2>
      <div class="pair">
        <Input label={t.zh} value={words.zh} write={(zh) => change({ zh })} wrong={wrong('name.zh')} />
        <Input label={t.en} value={words.en} write={(en) => change({ en })} wrong={wrong('name.en')} />
      </div>
      <Area label={t.summary} value={words.summary} write={(summary) => change({ summary })} wrong={wrong('summary')} note={t.summaryNote} rows={6} />
      <div class="pair">
        <Pick label={t.kind} value={words.kind} write={(kind) => change({ kind })} from={p.kinds} />
        <Pick label={t.level} value={words.level} write={(level) => change({ level })} from={p.levels} />
      </div>
    </section>
  );
}

/** What of a form says where something is. */
interface WhereWords {
  readonly zones: readonly string[];
  readonly places: readonly ProjectPlace[];
}

interface WhereProps {
  readonly words: WhereWords;
  readonly change: (changes: Partial<WhereWords>) => void;
  readonly wrong: Writing['wrong'];
  /** What is said while there is no place. */
  readonly note?: string;
}

export function WhereSection({ words, change, wrong, note }: WhereProps) {
  const t = planWords.value;
  const add = (...places: readonly ProjectPlace[]): void => change({ places: withPlaces(words.places, places) });
  const toggle = (id: string, on: boolean): void => change({ zones: on ? [...words.zones, id] : words.zones.filter((one) => one !== id) });
  return (
    <section class="n-card">
      <h2>{t.sections.where}</h2>
      <fieldset class="p-rows">
        <legend>{t.places}</legend>
        {words.places.length === 0 && <p class="n-note">{note ?? t.placesNote}</p>}
        <ul class="p-lines">
          {words.places.map((place, at) => (
            <li key={JSON.stringify(place)}>
              <PlaceLink place={place} />{' '}
              <button class="link" type="button" onClick={() => change({ places: words.places.filter((_, index) => index !== at) })}>
                {around.value.remove}
              </button>
            </li>
          ))}
        </ul>
        <PlaceSearch taken={words.places} add={(object) => add({ type: 'object', object })} />
        <Spot add={add} />
        <Shapes taken={words.places} add={(places) => add(...places)} />
        {wrong('places') !== null && <small class="p-wrong">{wrong('places')}</small>}
      </fieldset>
      {zones.value.length > 0 && (
        <fieldset class="p-rows">
          <legend>{t.zones}</legend>
          <p class="n-note">{t.zonesNote}</p>
          <div class="p-zones">
            {zones.value.map(({ id, name }) => (
              <label key={id} class="check">
                <input type="checkbox" checked={words.zones.includes(id)} onChange={(event) => toggle(id, event.currentTarget.checked)} />
                {named(name, language.value, id)}
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </section>
  );
}

/** A spot by its address in the model or by its figures. */
function Spot({ add }: { add: (place: ProjectPlace) => void }) {
  const t = planWords.value;
  const text = useSignal('');
  const wrong = useSignal(false);
  const take = (): void => {
    const place = placeOf(text.value);
    wrong.value = place === null;
    if (!place) return;
    add(place);
    text.value = '';
  };
  return (
    <div class="p-spot">
      <Field label={t.pointLabel} wrong={wrong.value ? t.pointWrong : null}>
        {(of) => (
          <input
            {...of}
            type="text"
            value={text.value}
            onInput={(event) => {
              [text.value, wrong.value] = [event.currentTarget.value, false];
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              // Enter adds the place and does not save the plan.
              event.preventDefault();
              take();
            }}
          />
        )}
      </Field>
      <button class="button quiet" type="button" disabled={text.value.trim() === ''} onClick={take}>
        {t.addPoint}
      </button>
    </div>
  );
}

export function OriginSection({ words, change, wrong, problems }: Writing) {
  const t = planWords.value;
  return (
    <section class="n-card">
      <h2>{t.sections.origin}</h2>
      {words.tasks.length > 0 && (
        <fieldset class="p-rows">
          <legend>{workWords.value.tasks}</legend>
          <ul class="p-lines">
            {words.tasks.map((id) => (
              <li key={id} data-task={id}>
                <a href={hashOf('programming', id)}>{workWords.value.taskRow(id)}</a>{' '}
                <button class="link" type="button" onClick={() => change({ tasks: words.tasks.filter((one) => one !== id) })}>
                  {around.value.remove}
                </button>
              </li>
            ))}
          </ul>
        </fieldset>
      )}
      {words.problems.length > 0 && (
        <fieldset class="p-rows">
          <legend>{workWords.value.problems}</legend>
          <ul class="p-lines">
            {words.problems.map(({ check_up, problem }) => {
              const known = problems.find((one) => one.check_up === check_up && one.id === problem);
              return (
                <li key={`${check_up}/${problem}`} data-problem={problem}>
                  <a href={hashOf('checkups', check_up, 'problems')}>{workWords.value.problemRow(check_up, problem)}</a>{' '}
                  {known && <small>{[t.urgencies[known.urgency], named(known.because, language.value, '')].filter(Boolean).join(' · ')}</small>}{' '}
                  <button class="link" type="button" onClick={() => change({ problems: words.problems.filter((one) => one.check_up !== check_up || one.problem !== problem) })}>
                    {around.value.remove}
                  </button>
                </li>
              );
            })}
          </ul>
        </fieldset>
      )}
      <Input label={t.reports} value={words.reports} write={(reports) => change({ reports })} wrong={wrong('reports')} note={t.reportsNote} />
    </section>
  );
}
