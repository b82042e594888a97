// The form: where one stands, and what is to be said of it. On a phone first the objects, then the fields of one; beside
// each other where there is room. Which object it is stands in the address, so that going back leads to the objects.
import { useEffect, useMemo } from 'preact/hooks';
import { getValues, type Indicator, type IndicatorValue } from '../../api/checkups';
import type { ModelObject } from '../../api/types';
import { account } from '../../state/account';
import { Form as Filled } from '../../state/renewal/checkups-form';
import { indicatorsAt, sitesOf } from '../../state/renewal/checkups';
import { sweep } from '../../state/renewal/checkups-photos';
import { hashOf, route } from '../../state/renewal/route';
import { Known, useAsked } from '../parts';
import type { PartProps } from './CheckUpPage';
import { Fields } from './Fields';
import { Sites } from './Sites';
import { ByMachine } from './Tables';
import { allObjects, indicatorsOf, may } from './parts';
import { texts } from './words';

export function Form({ detail, again }: PartProps) {
  const { check_up } = detail;
  const [asked, readAgain] = useAsked(`checkup/${check_up.id}/form`, async (signal) => {
    const [indicators, objects, known] = await Promise.all([indicatorsOf(check_up), allObjects(), getValues(check_up.id, null, signal)]);
    return { indicators, objects, known };
  });
  return (
    <Known asked={asked} again={readAgain}>
      {(it) => <Opened key={account.value?.who} detail={detail} again={again} {...it} />}
    </Known>
  );
}

interface OpenedProps {
  readonly detail: PartProps['detail'];
  readonly again: () => void;
  readonly indicators: readonly Indicator[];
  readonly objects: readonly ModelObject[];
  readonly known: readonly IndicatorValue[];
}

function Opened({ detail: { check_up }, again, indicators, objects, known }: OpenedProps) {
  const t = texts.value;
  const form = useMemo(() => new Filled(check_up.id, account.value?.who ?? '', known), [check_up.id]);
  useEffect(() => () => form.close(), [form]);
  useEffect(() => void sweep(localStorage, Date.now()), []);
  const sites = useMemo(() => sitesOf(check_up, objects).filter((site) => indicatorsAt(site, indicators).length > 0), [check_up, objects, indicators]);
  const site = sites.find(({ id }) => id === route.value.query.get('object')) ?? null;
  const mayWrite = check_up.state === 'collecting' && may('assess_indicators');
  return (
    <>
      {!mayWrite && <p class="k-onward">{check_up.state === 'collecting' ? t.readOnly : t.closedForm[check_up.state]}</p>}
      {!mayWrite && form.drafts.value.size > 0 && (
        <p class="k-onward">
          {t.unsentClosed(form.drafts.value.size)}
          <button class="button quiet" type="button" onClick={() => [...form.drafts.peek().keys()].forEach((key) => form.drop(key))}>
            {t.discard}
          </button>
        </p>
      )}
      <div class="k-form" data-open={site !== null}>
        <Sites checkUp={check_up.id} sites={sites} indicators={indicators} form={form} chosen={site} />
        {site ? (
          <Fields key={site.id} checkUp={check_up.id} site={site} sites={sites} indicators={indicators} form={form} mayWrite={mayWrite} />
        ) : (
          <div>{mayWrite && <ByMachine checkUp={check_up.id} indicators={indicators} objects={objects} done={() => void form.refresh().then(again)} />}</div>
        )}
      </div>
    </>
  );
}

/** Where the fields of an object are. */
export const placeOf = (checkUp: number, object: string): string => hashOf('checkups', checkUp, 'form', { object });
