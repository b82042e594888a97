// The form of a resource: what it is, how much of it there is, whose it is, where and when it can be used.
import { resources, type ResourceDetail, type ResourcePlan } from '../../api/programming';
import { NO_RESOURCE, resourceFaults, resourcePlan, resourceWords, type ResourceWords } from '../../state/renewal/programming-forms';
import { Known, useAsked } from '../parts';
import { Amount, Area, Input, Pick } from '../projects/fields';
import { WhereSection } from '../projects/PlanSections';
import { FormPage, Names } from './FormPage';
import { useForm, type Base, type FormOf } from './useForm';
import { nameOf, texts } from './words';

const OF: FormOf<ResourceWords, ResourcePlan, ResourceDetail> = {
  list: resources,
  baseOf: ({ row: { resource } }) => resource,
  wordsOf: resourceWords,
  planOf: resourcePlan,
  faultsOf: resourceFaults,
};

export function ResourceForm({ id }: { id: number | null }) {
  return id === null ? <Fields base={null} /> : <Change id={id} />;
}

function Change({ id }: { id: number }) {
  const [asked, again] = useAsked(`resource/${id}/edit`, (signal) => resources.one(id, signal));
  return (
    <Known asked={asked} again={again}>
      {(detail) => (detail.may_plan ? <Fields base={OF.baseOf(detail)} /> : <p class="n-empty">{texts.value.form.mayNot}</p>)}
    </Known>
  );
}

function Fields({ base }: { base: Base<ResourcePlan> | null }) {
  const [f, t] = [texts.value.form, texts.value.resources];
  const form = useForm(OF, base ? resourceWords(base.plan) : NO_RESOURCE, base);
  const { words, change } = form;
  return (
    <FormPage list="resources" title={base ? f.change(nameOf(base.plan.name, base.id)) : f.newResource} id={base?.id ?? null} form={form}>
      {(wrong) => (
        <>
          <section class="n-card">
            <h2>{f.what}</h2>
            <Names of={words} change={change} wrong={wrong} />
            <div class="pair">
              <Pick label={t.kind} value={words.kind} write={(kind) => change({ kind })} from={t.kinds} />
              <Pick label={t.usedBy} value={words.used_by} write={(used_by) => change({ used_by })} from={t.modes} />
            </div>
            <Input label={t.owner} value={words.owner} write={(owner) => change({ owner })} wrong={wrong('owner')} required />
            <div class="pair">
              <Amount label={words.kind === 'money' ? t.amountYuan : t.amount} value={words.amount} write={(amount) => change({ amount })} wrong={wrong('amount')} />
              {words.kind !== 'money' && <Input label={t.unit} value={words.unit} write={(unit) => change({ unit })} wrong={wrong('unit')} note={t.unitNote} />}
            </div>
            <div class="pair">
              <Input type="date" label={t.from} value={words.from} write={(from) => change({ from })} />
              <Input type="date" label={t.to} value={words.to} write={(to) => change({ to })} wrong={wrong('to')} />
            </div>
            <Area label={texts.value.text} value={words.text} write={(text) => change({ text })} wrong={wrong('text')} />
          </section>
          <WhereSection words={words} change={change} wrong={wrong} note={texts.value.noPlaces} />
        </>
      )}
    </FormPage>
  );
}
