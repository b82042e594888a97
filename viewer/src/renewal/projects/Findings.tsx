// What an evaluation found: rows with who sees to it and until when; and which earlier findings are mended.
import { Icon } from '../../panels/Icon';
import { dayAt } from '../../state/renewal/project-days';
import type { FindingWords } from '../../state/renewal/project-deeds';
import { words } from '../words';
import { Area, Input, Pick } from './fields';
import { dayOf, workWords } from './words';

/** A quarter is a usual time to mend what an evaluation found. */
const USUAL_DAYS = 90;

export function Findings({ found, write, wrong }: { found: readonly FindingWords[]; write: (found: readonly FindingWords[]) => void; wrong: Readonly<Record<string, boolean>> }) {
  const t = workWords.value;
  const change = (at: number, changes: Partial<FindingWords>): void => write(found.map((one, index) => (index === at ? { ...one, ...changes } : one)));
  return (
    <fieldset class="p-rows">
      <legend>{t.findings}</legend>
      {found.map((finding, at) => (
        <div class="p-row" key={at}>
          <Area rows={2} label={`${t.finding} ${at + 1}`} value={finding.text} write={(text) => change(at, { text })} wrong={wrong[`findings.${at}.text`] ? t.required : null} />
          <div class="pair">
            <Pick label={t.findingBody} value={finding.body} write={(body) => change(at, { body })} from={t.bodies} />
            <Input type="date" label={t.findingDue} value={finding.due} write={(due) => change(at, { due })} wrong={wrong[`findings.${at}.due`] ? t.required : null} />
          </div>
          <button class="link" type="button" onClick={() => write(found.filter((_, index) => index !== at))}>
            {words.value.remove}
          </button>
        </div>
      ))}
      <button class="button quiet p-add" type="button" onClick={() => write([...found, { text: '', body: 'property', due: dayAt(new Date(), USUAL_DAYS) }])}>
        <Icon name="plus" />
        {t.addFinding}
      </button>
    </fieldset>
  );
}

export function Mended({ open, chosen, choose }: { open: readonly { id: number; text: string; due: string }[]; chosen: readonly number[]; choose: (chosen: readonly number[]) => void }) {
  const t = workWords.value;
  return (
    <fieldset class="p-rows">
      <legend>{t.mendedOf}</legend>
      {open.map(({ id, text, due }) => (
        <label key={id} class="check">
          <input type="checkbox" checked={chosen.includes(id)} onChange={(event) => choose(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))} />
          <span>
            {text} <small>{dayOf(due)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
