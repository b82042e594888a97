// The list of check-ups, the newest first: state, year, where, how far. What it is narrowed to is in the address.
import { useSignal } from '@preact/signals';
import { getCheckUp, getCheckUps, type CheckUp, type CheckUpState } from '../../api/checkups';
import { percent, shareOf, standing } from '../../state/renewal/checkups';
import { hashOf, narrow, route } from '../../state/renewal/route';
import { Head, Known, SignInHint, YearLink, useAsked } from '../parts';
import { words } from '../words';
import { Bar, StateMark, may, titleOf, zonesOf } from './parts';
import { dayName, texts } from './words';

const PAGE = 30;

export function List() {
  const [t, n] = [texts.value, words.value];
  return (
    <>
      <Head title={n.checkups} under={t.listNote}>
        <a class="button quiet" href={hashOf('indicators')}>
          {n.indicators}
        </a>
        <YearLink />
        {may('manage_check_ups') && (
          <a class="button" href={hashOf('checkups', 'new')}>
            {t.newOne}
          </a>
        )}
      </Head>
      <SignInHint />
      <Narrowed />
    </>
  );
}

function Narrowed() {
  const t = texts.value;
  const { query } = route.value;
  const [state, year] = [query.get('state') ?? '', query.get('year') ?? ''];
  const thisYear = new Date().getFullYear();
  const years = [...new Set([...Array.from({ length: 6 }, (_, i) => String(thisYear + 1 - i)), ...(year === '' ? [] : [year])])].sort().reverse();
  return (
    <>
      <div class="n-filters">
        <select class="n-input" aria-label={t.state} value={state} onChange={({ currentTarget }) => narrow({ state: currentTarget.value })}>
          <option value="">{t.allStates}</option>
          {(Object.keys(t.states) as CheckUpState[]).map((one) => (
            <option key={one} value={one}>
              {t.states[one]}
            </option>
          ))}
        </select>
        <select class="n-input" aria-label={t.year} value={year} onChange={({ currentTarget }) => narrow({ year: currentTarget.value })}>
          <option value="">{t.allYears}</option>
          {years.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </div>
      <Rows key={`${state}/${year}`} state={state} year={year} />
    </>
  );
}

function Rows({ state, year }: { state: string; year: string }) {
  const t = texts.value;
  const older = useSignal<readonly CheckUp[]>([]);
  const question = (before: number | null): string =>
    new URLSearchParams(Object.entries({ state, year, before: before === null ? '' : String(before), limit: String(PAGE) }).filter(([, value]) => value !== '')).toString();
  const next = useSignal<number | null>(null);
  const [asked, again] = useAsked(`checkups/${state}/${year}`, async (signal) => {
    const page = await getCheckUps(question(null), signal);
    [older.value, next.value] = [[], page.next ?? null];
    return page;
  });
  const more = async (): Promise<void> => {
    const page = await getCheckUps(question(next.peek()));
    [older.value, next.value] = [[...older.peek(), ...page.check_ups], page.next ?? null];
  };
  return (
    <Known asked={asked} again={again}>
      {({ check_ups }) =>
        check_ups.length === 0 ? (
          <p class="n-empty">{state !== '' || year !== '' ? t.noneMatch : may('manage_check_ups') ? t.none : t.noneSeen}</p>
        ) : (
          <>
            <ul class="k-list">
              {[...check_ups, ...older.value].map((one) => (
                <Row key={one.id} of={one} />
              ))}
            </ul>
            {next.value !== null && (
              <p class="k-more">
                <button class="button quiet" type="button" onClick={() => void more().catch(again)}>
                  {t.older}
                </button>
              </p>
            )}
          </>
        )
      }
    </Known>
  );
}

function Row({ of }: { of: CheckUp }) {
  const t = texts.value;
  return (
    <li>
      <a class="k-row" href={hashOf('checkups', of.id)}>
        <span class="what">
          <b>{titleOf(of)}</b>
          <small>
            {t.ofYear(of.year, of.cycle)} · {zonesOf(of)}
          </small>
        </span>
        <StateMark of={of.state} />
        {of.state === 'collecting' || of.state === 'review' ? <HowFar of={of} /> : <small class="k-far">{`${t.changed} ${dayName(of.changed_at)}`}</small>}
      </a>
    </li>
  );
}

/** How far one is that is being worked on: values that are collected, or problems that are decided. */
function HowFar({ of }: { of: CheckUp }) {
  const t = texts.value;
  const [asked] = useAsked(`checkup/${of.id}/${of.version}`, (signal) => getCheckUp(of.id, signal));
  if (asked.state !== 'known') return <small class="k-far" />;
  const { progress, problems } = asked.it;
  const { all, decided } = standing(problems);
  const share = of.state === 'collecting' ? shareOf(progress) : { values: decided, objects: all };
  return (
    <span class="k-far">
      <small>
        {of.state === 'collecting' ? t.progress : t.problems}
        {share.objects > 0 && ` ${percent(share)}\u202f%`}
      </small>
      <Bar of={share} label={of.state === 'collecting' ? t.progress : t.problems} />
    </span>
  );
}
