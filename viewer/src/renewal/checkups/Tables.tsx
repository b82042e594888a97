// Many values at once: a table that people fill in elsewhere, checked before it is taken, and what the server computes.
import { useSignal } from '@preact/signals';
import { computeValues, importValues, templateAddress, type Computed, type Indicator, type ValueImport } from '../../api/checkups';
import type { ModelObject } from '../../api/types';
import { language } from '../../state/settings';
import { Failed, useDeed } from '../parts';
import { RowFaults } from '../RowFaults';
import { TableFile } from '../TableFile';
import { useNames } from './parts';
import { nameOf, texts } from './words';

interface Props {
  readonly checkUp: number;
  readonly indicators: readonly Indicator[];
  readonly objects: readonly ModelObject[];
  /** Values have changed. */
  readonly done: () => void;
}

export function ByMachine(props: Props) {
  return (
    <>
      <Table checkUp={props.checkUp} done={props.done} />
      {props.indicators.some(({ computed }) => computed) && <Compute {...props} />}
    </>
  );
}

function Table({ checkUp, done }: { checkUp: number; done: () => void }) {
  const t = texts.value;
  const table = useSignal<File | null>(null);
  const checked = useSignal<ValueImport | null>(null);
  const imported = useSignal<number | null>(null);
  const { busy, why, run } = useDeed();
  const check = (file: File): Promise<boolean> => {
    [table.value, checked.value, imported.value] = [file, null, null];
    return run(async () => (checked.value = await importValues(checkUp, file, true)));
  };
  const take = (): Promise<boolean> =>
    run(async () => {
      const file = table.peek();
      if (!file) return;
      const result = await importValues(checkUp, file, false);
      [checked.value, imported.value] = [result, result.accepted];
      done();
    });
  return (
    <section class="n-card">
      <h2>{t.tables}</h2>
      <p class="n-note">{t.tablesNote}</p>
      <p class="k-submit k-gap">
        <a class="button quiet" href={templateAddress(checkUp, 'xlsx', language.value)} download>
          {t.templateXlsx}
        </a>
        <a class="button quiet" href={templateAddress(checkUp, 'csv', language.value)} download>
          {t.templateCsv}
        </a>
      </p>
      <TableFile busy={busy} choose={check} />
      <div role="status">
        {busy && checked.value === null && <p>{t.checking}</p>}
        {imported.value !== null && <p class="k-good">{t.imported(imported.value)}</p>}
        {checked.value && imported.value === null && table.value && (
          <p class="k-gap">
            <b>{table.value.name}</b> {t.checked(checked.value.rows, checked.value.accepted, checked.value.rejected, checked.value.blank)}
          </p>
        )}
      </div>
      <Failed why={why} />
      {checked.value && imported.value === null && checked.value.accepted > 0 && (
        <button class="button" type="button" disabled={busy} onClick={() => void take()}>
          {t.importNow(checked.value.accepted)}
        </button>
      )}
      {checked.value && checked.value.problems.length > 0 && <Rejected of={checked.value} />}
    </section>
  );
}

function Rejected({ of: { problems, rejected } }: { of: ValueImport }) {
  const t = texts.value;
  return (
    <RowFaults
      title={t.rejectedRows}
      note={rejected > problems.length ? t.rejectedMore(problems.length) : undefined}
      // What exactly, in the server's words.
      faults={problems.map(({ line, column, code, message }) => ({ line, column: t.columns[column] ?? column, why: t.rowReasons[code] ?? message, exactly: t.rowReasons[code] ? message : undefined }))}
    />
  );
}

function Compute({ checkUp, indicators, objects, done }: Props) {
  const t = texts.value;
  const told = useSignal<Computed | null>(null);
  const { busy, why, run } = useDeed();
  const compute = (): Promise<boolean> =>
    run(async () => {
      told.value = await computeValues(checkUp, false);
      done();
    });
  return (
    <section class="n-card">
      <h2>{t.compute}</h2>
      <p class="n-note">{t.computeNote(indicators.filter(({ computed }) => computed).length)}</p>
      <p class="k-gap">
        <button class="button" type="button" disabled={busy} onClick={() => void compute()}>
          {busy ? t.computing : t.computeNow}
        </button>
      </p>
      <div role="status">{told.value && <p class={told.value.values > 0 ? 'k-good' : 'n-note'}>{t.computed(told.value.values, told.value.lacking)}</p>}</div>
      <Failed why={why} />
      {told.value && told.value.lacking > 0 && <Lacking of={told.value} indicators={indicators} objects={objects} />}
    </section>
  );
}

/** Why some have no value: what is said of several objects alike is said once. */
function Lacking({ of, indicators, objects }: { of: Computed; indicators: readonly Indicator[]; objects: readonly ModelObject[] }) {
  const t = texts.value;
  const siteName = useNames(objects);
  const names = new Map(indicators.map(({ code, name }) => [code, nameOf(name, code)]));
  const reasons = new Map<string, { readonly indicator: string; readonly why: string; readonly at: string[] }>();
  for (const { indicator, object, lacking } of of.computed) {
    if (!lacking) continue;
    const why = nameOf(lacking);
    const there = reasons.get(`${indicator}:${why}`) ?? { indicator, why, at: [] };
    there.at.push(siteName(object));
    reasons.set(`${indicator}:${why}`, there);
  }
  return (
    <details class="k-about">
      <summary>{t.lackingWhy}</summary>
      <ul>
        {[...reasons].map(([key, { indicator, why, at }]) => (
          <li key={key}>
            <b>{names.get(indicator) ?? indicator}</b> {why} <small>{t.listed(at)}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}
