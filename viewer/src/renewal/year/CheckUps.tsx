// Check-ups of the year: problems by urgency, what got better or worse since the one before, what the server computed.
import { useMemo } from 'preact/hooks';
import type { CheckUp, Indicator, IndicatorValue, Urgency } from '../../api/checkups';
import type { ModelObject } from '../../api/types';
import { URGENCIES, standing } from '../../state/renewal/checkups';
import { changedFigures } from '../../state/renewal/checkups-report';
import { hashOf } from '../../state/renewal/route';
import type { CheckUpSeen } from '../../state/renewal/year-look';
import { indicatorsOf, titleOf, useNames, zonesOf } from '../checkups/parts';
import { nameOf, texts as checkUpWords, valueOf } from '../checkups/words';
import { Known, useAsked } from '../parts';
import { Table, type Column } from './Table';
import { count, texts } from './words';

interface Props {
  readonly year: number;
  /** Null for those who may not read check-ups. */
  readonly known: { readonly seen: readonly CheckUpSeen[]; readonly others: readonly CheckUp[]; readonly objects: readonly ModelObject[] } | null;
}

export function CheckUps({ year, known }: Props) {
  const t = texts.value;
  return (
    <section class="n-card y-part">
      <h2>{t.checkUps}</h2>
      {known ? <Seen year={year} {...known} /> : <p class="n-note">{t.notYours}</p>}
    </section>
  );
}

function Seen({ year, seen, others, objects }: { year: number } & NonNullable<Props['known']>) {
  const t = texts.value;
  const [asked, again] = useAsked(`year/${year}/indicators/${seen.map(({ detail }) => detail.check_up.id).join()}`, async () => {
    const lists = await Promise.all(seen.map(({ detail }) => indicatorsOf(detail.check_up)));
    return new Map(lists.flat().map((indicator) => [indicator.code, indicator]));
  });
  return (
    <>
      {others.length > 0 && <p class="n-note">{t.othersNote(others.map((one) => t.withState(titleOf(one), checkUpWords.value.states[one.state])).join(t.list))}</p>}
      <Table title={t.problems} file={`check-ups-${year}`} columns={problemColumns()} rows={seen} none={t.noCheckUps} note={seen.length > 0 ? t.checkUpsNote : undefined} />
      {seen.length > 0 && (
        <Known asked={asked} again={again}>
          {(byCode) => (
            <>
              <Changes year={year} seen={seen} byCode={byCode} />
              <Computed year={year} seen={seen} byCode={byCode} objects={objects} />
            </>
          )}
        </Known>
      )}
    </>
  );
}

/** How many problems of a check-up stand, by urgency or in all. */
const stands = ({ detail }: CheckUpSeen, urgency: Urgency | null = null): number => standing(detail.problems.filter(({ state }) => state !== 'dismissed'), urgency).all;

function problemColumns(): readonly Column<CheckUpSeen>[] {
  const [t, k] = [texts.value, checkUpWords.value];
  const number = (head: string, of: (seen: CheckUpSeen) => number): Column<CheckUpSeen> => ({ head, number: true, of, show: (seen) => count(of(seen)) });
  return [
    { head: t.checkUp, of: ({ detail }) => titleOf(detail.check_up), show: ({ detail }) => <a href={hashOf('checkups', detail.check_up.id, 'report')}>{titleOf(detail.check_up)}</a> },
    { head: k.cycle, number: true, of: ({ detail }) => detail.check_up.cycle },
    { head: k.zones, of: ({ detail }) => zonesOf(detail.check_up) },
    { head: k.state, of: ({ detail }) => k.states[detail.check_up.state] },
    ...URGENCIES.map((urgency) => number(k.urgencies[urgency], (seen) => stands(seen, urgency))),
    number(t.total, (seen) => stands(seen)),
    number(t.dismissed, ({ detail }) => detail.problems.filter(({ state }) => state === 'dismissed').reduce((sum, { problems }) => sum + problems, 0)),
  ];
}

function Changes({ year, seen, byCode }: { year: number; seen: readonly CheckUpSeen[]; byCode: ReadonlyMap<string, Indicator> }) {
  const t = texts.value;
  const compared = seen.flatMap(({ detail, before, changes }) => (before ? [{ title: t.comparedWith(titleOf(detail.check_up), titleOf(before)), rows: changedFigures({ figures: [...changes], values: [] }, [...byCode.values()]), id: detail.check_up.id }] : []));
  const told = compared.filter(({ rows }) => rows.length > 0);
  if (told.length === 0) {
    return <Table title={t.changes} file="" columns={[]} rows={[]} none={t.noChanges} />;
  }
  const columns: readonly Column<(typeof told)[number]['rows'][number]>[] = [
    { head: t.indicator, of: ({ indicator }) => nameOf(indicator.name, indicator.code) },
    { head: t.better, number: true, of: ({ better }) => better },
    { head: t.worse, number: true, of: ({ worse }) => worse },
    { head: t.same, number: true, of: ({ same }) => same },
  ];
  return (
    <>
      {told.map(({ title, rows, id }) => (
        <Table key={id} title={title} file={`check-up-${id}-changes-${year}`} columns={columns} rows={rows} none={t.noChanges} />
      ))}
    </>
  );
}

/** A value that can be computed, as a check-up has it; null where data were missing. */
interface ComputedRow {
  readonly indicator: Indicator;
  readonly checkUp: CheckUp;
  readonly value: IndicatorValue | null;
}

function Computed({ year, seen, byCode, objects }: { year: number; seen: readonly CheckUpSeen[]; byCode: ReadonlyMap<string, Indicator>; objects: readonly ModelObject[] }) {
  const t = texts.value;
  const siteName = useNames(objects);
  const community = useMemo(() => new Set(objects.filter((one) => one.class === 'community').map(({ id }) => id)), [objects]);
  const rows = [...byCode.values()].flatMap((indicator) =>
    seen.flatMap(({ detail: { check_up: checkUp }, computed }): ComputedRow[] => {
      const values = computed.get(indicator.code);
      if (!values) return [];
      return values.length === 0 ? [{ indicator, checkUp, value: null }] : toldOf(values, community).map((value) => ({ indicator, checkUp, value }));
    }),
  );
  const columns: readonly Column<ComputedRow>[] = [
    { head: t.indicator, of: ({ indicator }) => nameOf(indicator.name, indicator.code) },
    { head: t.checkUp, of: ({ checkUp }) => titleOf(checkUp) },
    { head: t.place, of: ({ value }) => (value ? siteName(value.object) : ''), show: ({ value }) => (value ? siteName(value.object) : '–') },
    { head: t.value, number: true, of: ({ value }) => value?.value ?? null, show: ({ value, indicator }) => (value ? valueOf(value.value, indicator) : null) },
    { head: t.unit, of: ({ indicator }) => (indicator.unit === '1' ? '' : indicator.unit), fileOnly: true },
  ];
  return <Table title={t.computed} file={`computed-${year}`} columns={columns} rows={rows} none={t.noComputed} note={rows.length > 0 ? t.computedNote : undefined} />;
}

/** The value of the community, or those of its neighbourhoods where that has none. */
function toldOf(values: readonly IndicatorValue[], community: ReadonlySet<string>): readonly IndicatorValue[] {
  const whole = values.filter(({ object }) => community.has(object));
  return whole.length > 0 ? whole : values;
}
