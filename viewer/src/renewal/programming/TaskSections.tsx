// Sections of the form of a task: size and time, reasons, resources, order.
import { useId } from 'preact/hooks';
import type { ResourceRow } from '../../api/programming';
import { dayAt } from '../../state/renewal/project-days';
import { quartersFrom } from '../../state/renewal/programming';
import type { DrawWords, TaskWords } from '../../state/renewal/programming-forms';
import { nameOf as textOf } from '../checkups/words';
import { Amount, Field, Input, Pick } from '../projects/fields';
import { workWords } from '../projects/words';
import { words as pageWords } from '../words';
import type { Wrong } from './FormPage';
import type { Around } from './TaskForm';
import { amountIn, nameOf, texts } from './words';

interface Writing {
  readonly words: TaskWords;
  readonly change: (changes: Partial<TaskWords>) => void;
  readonly wrong: Wrong;
}

/** So many quarters are offered: five years. */
const QUARTERS = 20;

export function SizeSection({ words, change, wrong }: Writing) {
  const t = texts.value.tasks;
  const list = useId();
  return (
    <section class="n-card">
      <h2>{`${t.size}${texts.value.list}${t.period}`}</h2>
      <div class="pair">
        <Pick label={t.size} value={words.size} write={(size) => change({ size })} from={t.sizes} />
        {words.size === 'measure' && <Amount label={t.sizeValue} value={words.value} write={(value) => change({ value })} wrong={wrong('value')} />}
        {words.size === 'measure' && <Input label={t.sizeUnit} value={words.unit} write={(unit) => change({ unit })} wrong={wrong('unit')} />}
        {words.size === 'words' && <Input label={t.sizeZh} value={words.sizeZh} write={(sizeZh) => change({ sizeZh })} wrong={wrong('sizeZh')} />}
        {words.size === 'words' && <Input label={t.sizeEn} value={words.sizeEn} write={(sizeEn) => change({ sizeEn })} />}
      </div>
      <div class="pair">
        <Input label={t.first} value={words.first} write={(first) => change({ first })} wrong={wrong('first')} note={t.periodNote} list={list} />
        <Input label={t.last} value={words.last} write={(last) => change({ last })} wrong={wrong('last')} list={list} />
      </div>
      <datalist id={list}>
        {quartersFrom(dayAt(new Date()), QUARTERS).map((quarter) => (
          <option key={quarter} value={quarter} />
        ))}
      </datalist>
    </section>
  );
}

const Remove = ({ remove }: { remove: () => void }) => (
  <button class="link" type="button" onClick={remove}>
    {pageWords.value.remove}
  </button>
);

/** Adds one of a list by choosing it. */
function Adding({ label, from, add }: { label: string; from: readonly (readonly [id: number, name: string])[]; add: (id: number) => void }) {
  if (from.length === 0) return null;
  return (
    <Field label={label}>
      {(of) => (
        <select
          {...of}
          value=""
          onChange={({ currentTarget }) => {
            const id = Number(currentTarget.value);
            currentTarget.value = '';
            if (id > 0) add(id);
          }}
        >
          <option value="">{texts.value.tasks.choose}</option>
          {from.map(([id, name]) => (
            <option key={id} value={String(id)}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function ReasonsSection({ words, change, wrong, around }: Writing & { around: Around }) {
  const [all, t] = [texts.value, texts.value.tasks];
  const needName = new Map(around.needs.map(({ need }) => [need.id, nameOf(need.plan.name, need.id)]));
  // One that another task takes up is not offered: the server would refuse it.
  const open = around.needs.filter(({ need }) => need.state === 'open' && !words.needs.includes(need.id));
  return (
    <section class="n-card">
      <h2>{t.because}</h2>
      {words.problems.length + words.needs.length === 0 && <p class="n-note">{t.noReasons}</p>}
      {words.problems.length > 0 && <h3>{t.problems}</h3>}
      <ul class="p-lines">
        {words.problems.map((ref) => {
          const known = around.problems.find(({ check_up, id }) => check_up === ref.check_up && id === ref.problem);
          return (
            <li key={`${ref.check_up}/${ref.problem}`} data-problem={ref.problem}>
              {workWords.value.problemRow(ref.check_up, ref.problem)} {known && <small>{[all.urgencies[known.urgency], textOf(around.names.get(known.indicator), known.indicator), textOf(known.because)].join(' · ')}</small>}{' '}
              <Remove remove={() => change({ problems: words.problems.filter((one) => one !== ref) })} />
            </li>
          );
        })}
      </ul>
      {words.needs.length > 0 && <h3>{t.needs}</h3>}
      <ul class="p-lines">
        {words.needs.map((id) => (
          <li key={id} data-need={id}>
            {needName.get(id) ?? all.numbered(id)} <Remove remove={() => change({ needs: words.needs.filter((one) => one !== id) })} />
          </li>
        ))}
      </ul>
      <Adding label={t.addNeed} from={open.map(({ need }) => [need.id, nameOf(need.plan.name, need.id)])} add={(id) => change({ needs: [...words.needs, id] })} />
      <Input label={all.needs.reports} value={words.reports} write={(reports) => change({ reports })} wrong={wrong('reports')} />
    </section>
  );
}

/** A resource as it begins to be drawn on: all of it, until someone says how much. */
const drawn = ({ resource: { id, plan } }: ResourceRow): DrawWords => ({ resource: id, amount: '', unit: plan.amount?.type === 'measure' ? plan.amount.unit : null });

export function ResourcesSection({ words, change, wrong, around }: Writing & { around: Around }) {
  const [all, t] = [texts.value, texts.value.tasks];
  const byId = new Map(around.resources.map((row) => [row.resource.id, row]));
  const write = (at: number, amount: string): void => change({ resources: words.resources.map((one, index) => (index === at ? { ...one, amount } : one)) });
  return (
    <section class="n-card">
      <h2>{t.resources}</h2>
      {words.resources.length === 0 && <p class="n-note">{t.noResources}</p>}
      {words.resources.map(({ resource, amount, unit }, at) => {
        const row = byId.get(resource);
        const measured = row?.resource.plan.amount ?? (amount === '' ? null : true);
        return (
          <div class="p-row" key={resource} data-resource={resource}>
            <b>{row ? nameOf(row.resource.plan.name, resource) : all.numbered(resource)}</b>
            {measured !== null && <Amount label={`${t.draw}${all.colon}${unit ?? all.resources.amountYuan}`} value={amount} write={(next) => write(at, next)} wrong={wrong(`resources.${at}`)} note={row?.resource.plan.amount ? amountIn(row.resource.plan.amount) : undefined} />}
            <Remove remove={() => change({ resources: words.resources.filter((one) => one.resource !== resource) })} />
          </div>
        );
      })}
      <Adding
        label={t.addResource}
        from={around.resources.filter(({ resource }) => !words.resources.some((one) => one.resource === resource.id)).map(({ resource }) => [resource.id, `${nameOf(resource.plan.name, resource.id)} · ${all.resources.kinds[resource.plan.kind]}`])}
        add={(id) => {
          const row = byId.get(id);
          if (row) change({ resources: [...words.resources, drawn(row)] });
        }}
      />
    </section>
  );
}

export function AfterSection({ words, change, around, own }: Writing & { around: Around; own: number | null }) {
  const [all, t] = [texts.value, texts.value.tasks];
  const names = new Map(around.tasks.map(({ task }) => [task.id, nameOf(task.plan.name, task.id)]));
  const others = around.tasks.filter(({ task }) => task.id !== own && !words.after.includes(task.id));
  if (words.after.length === 0 && others.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.sequence}</h2>
      {words.after.length > 0 && <h3>{t.after}</h3>}
      <ul class="p-lines">
        {words.after.map((id) => (
          <li key={id}>
            {names.get(id) ?? all.numbered(id)} <Remove remove={() => change({ after: words.after.filter((one) => one !== id) })} />
          </li>
        ))}
      </ul>
      <Adding label={t.addAfter} from={others.map(({ task }) => [task.id, nameOf(task.plan.name, task.id)])} add={(id) => change({ after: [...words.after, id] })} />
    </section>
  );
}
