// The form of a need: what is needed, by whom, how urgently, from whom it is known, where. It can begin from reports.
import { needs, type NeedDetail, type NeedPlan } from '../../api/programming';
import { numbersOf } from '../../state/renewal/programming';
import { NO_NEED, needFaults, needPlan, needWords, type NeedWords } from '../../state/renewal/programming-forms';
import { route } from '../../state/renewal/route';
import { Known, useAsked } from '../parts';
import { Amount, Area, Input, Pick } from '../projects/fields';
import { WhereSection } from '../projects/PlanSections';
import { Checks, FormPage, Names } from './FormPage';
import { useForm, type Base, type FormOf } from './useForm';
import { nameOf, texts } from './words';

const OF: FormOf<NeedWords, NeedPlan, NeedDetail> = {
  list: needs,
  baseOf: ({ row: { need } }) => need,
  wordsOf: needWords,
  planOf: needPlan,
  faultsOf: needFaults,
};

export function NeedForm({ id }: { id: number | null }) {
  return id === null ? <Fields base={null} /> : <Change id={id} />;
}

function Change({ id }: { id: number }) {
  const [asked, again] = useAsked(`need/${id}/edit`, (signal) => needs.one(id, signal));
  return (
    <Known asked={asked} again={again}>
      {(detail) => (detail.may_plan ? <Fields base={OF.baseOf(detail)} /> : <p class="n-empty">{texts.value.form.mayNot}</p>)}
    </Known>
  );
}

/** What the address begins it with: `?reports=3,5`. */
function begun(): NeedWords {
  const reports = numbersOf(route.peek().query.get('reports'));
  return reports.length === 0 ? NO_NEED : { ...NO_NEED, source: 'reports', reports: reports.join(', ') };
}

function Fields({ base }: { base: Base<NeedPlan> | null }) {
  const [all, f, t] = [texts.value, texts.value.form, texts.value.needs];
  const form = useForm(OF, base ? needWords(base.plan) : begun(), base);
  const { words, change } = form;
  return (
    <FormPage list="needs" title={base ? f.change(nameOf(base.plan.name, base.id)) : f.newNeed} id={base?.id ?? null} form={form}>
      {(wrong) => (
        <>
          <section class="n-card">
            <h2>{f.what}</h2>
            <Names of={words} change={change} wrong={wrong} />
            <Area label={all.text} value={words.text} write={(text) => change({ text })} wrong={wrong('text')} />
            <div class="pair">
              <Pick label={t.kind} value={words.kind} write={(kind) => change({ kind })} from={t.kinds} />
              <Pick label={t.urgency} value={words.urgency} write={(urgency) => change({ urgency })} from={all.urgencies} />
              <Amount label={t.people} value={words.people} write={(people) => change({ people })} wrong={wrong('people')} />
            </div>
            <Checks label={t.group} from={t.groups} chosen={words.groups} choose={(groups) => change({ groups })} wrong={wrong('groups') === null ? null : t.groupsMissing} />
            <div class="pair">
              <Pick label={t.source} value={words.source} write={(source) => change({ source })} from={t.sources} />
              <Input label={t.sourceText} value={words.source_text} write={(source_text) => change({ source_text })} wrong={wrong('source_text')} />
            </div>
            <Input label={t.reports} value={words.reports} write={(reports) => change({ reports })} wrong={wrong('reports')} note={t.reportsNote} />
          </section>
          <WhereSection words={words} change={change} wrong={wrong} note={all.noPlaces} />
        </>
      )}
    </FormPage>
  );
}
