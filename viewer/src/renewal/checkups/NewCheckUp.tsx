// A check-up that is to be: what it is called, of which time and place, which indicators, and which one it follows.
import { useSignal, type Signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { getCheckUps, getIndicators, postCheckUp, type CheckUp, type CheckUpDraft, type Indicator } from '../../api/checkups';
import { byDimension, type Dimension } from '../../state/renewal/checkups';
import { beginOf, endOf } from '../../state/renewal/checkups-days';
import { go, hashOf } from '../../state/renewal/route';
import { zones } from '../../state/session';
import { Failed, Head, Known, SignInHint, useAsked, useDeed } from '../parts';
import { words } from '../words';
import { titleOf } from './parts';
import { nameOf, texts } from './words';

interface Wanted {
  readonly zh: string;
  readonly en: string;
  readonly year: number;
  readonly cycle: number;
  readonly from: string;
  readonly until: string;
  readonly zones: readonly string[];
  readonly indicators: ReadonlySet<string>;
  readonly follows: string;
}

export function NewCheckUp() {
  const t = texts.value;
  const [asked, again] = useAsked('checkups/new', async (signal) => {
    const [indicators, concluded] = await Promise.all([getIndicators(null, signal), getCheckUps('state=concluded&limit=100', signal)]);
    return { indicators, concluded: concluded.check_ups };
  });
  return (
    <>
      <Head title={t.newOne} />
      <SignInHint />
      <Known asked={asked} again={again}>
        {(it) => <Form {...it} />}
      </Known>
    </>
  );
}

function Form({ indicators, concluded }: { indicators: readonly Indicator[]; concluded: readonly CheckUp[] }) {
  const t = texts.value;
  const year = new Date().getFullYear();
  const wanted = useSignal<Wanted>({
    zh: '', en: '', year, cycle: 1, from: `${year}-01-01`, until: `${year}-12-31`, zones: [],
    indicators: new Set(indicators.map(({ code }) => code)), follows: String(concluded[0]?.id ?? ''),
  });
  const tried = useSignal(false);
  const deed = useDeed();
  const key = useMemo(() => crypto.randomUUID(), []);
  const wrong = lacking(wanted.value, t);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    tried.value = true;
    if (wrong.length > 0) return;
    await deed.run(async () => go('checkups', (await postCheckUp(draftOf(wanted.peek(), indicators.length), key)).id));
  };
  return (
    <form class="n-form" onSubmit={(event) => void send(event)}>
      <Names of={wanted} />
      <Period of={wanted} />
      <Where of={wanted} />
      <Which of={wanted} indicators={indicators} />
      {concluded.length > 0 && <Follows of={wanted} concluded={concluded} />}
      {tried.value && wrong.map((why) => <Failed key={why} why={why} />)}
      <Failed why={deed.why} />
      <div class="k-submit">
        <button class="button" type="submit" disabled={deed.busy}>
          {t.create}
        </button>
        <a class="button quiet" href={hashOf('checkups')}>
          {words.value.cancel}
        </a>
      </div>
    </form>
  );
}

function lacking({ zh, en, from, until, indicators }: Wanted, t: typeof texts.value): string[] {
  return [
    ...(zh.trim() === '' && en.trim() === '' ? [t.nameMissing] : []),
    ...(from === '' || until === '' || until < from ? [t.periodWrong] : []),
    ...(indicators.size === 0 ? [t.indicatorsNone] : []),
  ];
}

function draftOf(wanted: Wanted, allIndicators: number): CheckUpDraft {
  const name = { ...(wanted.zh.trim() === '' ? {} : { zh: wanted.zh.trim() }), ...(wanted.en.trim() === '' ? {} : { en: wanted.en.trim() }) };
  return {
    name, year: wanted.year, cycle: wanted.cycle, from: beginOf(wanted.from), to: endOf(wanted.until), zones: [...wanted.zones],
    // All of them is said by naming none.
    indicators: wanted.indicators.size === allIndicators ? [] : [...wanted.indicators],
    follows: wanted.follows === '' ? null : Number(wanted.follows),
  };
}

function Names({ of }: { of: Signal<Wanted> }) {
  const t = texts.value;
  const { zh, en, year, cycle } = of.value;
  // The period is that of the year until someone says otherwise.
  const ofYear = (next: number): void => {
    const { from, until } = of.value;
    const whole = from === `${year}-01-01` && until === `${year}-12-31`;
    of.value = { ...of.value, year: next, ...(whole ? { from: `${next}-01-01`, until: `${next}-12-31` } : {}) };
  };
  return (
    <section class="n-card n-form">
      <div class="pair">
        <label>
          {t.nameZh}
          <input value={zh} maxLength={200} placeholder={`${year} 年社区体检`} onInput={({ currentTarget }) => (of.value = { ...of.value, zh: currentTarget.value })} />
        </label>
        <label>
          {t.nameEn}
          <input value={en} maxLength={200} placeholder={`Community check-up ${year}`} onInput={({ currentTarget }) => (of.value = { ...of.value, en: currentTarget.value })} />
        </label>
      </div>
      <small>{t.nameNote}</small>
      <div class="pair">
        <label>
          {t.year}
          <input type="number" min={1949} max={2200} required value={year} onChange={({ currentTarget }) => currentTarget.validity.valid && ofYear(currentTarget.valueAsNumber)} />
        </label>
        <label>
          {t.cycle}
          <input type="number" min={1} max={255} required value={cycle} onChange={({ currentTarget }) => currentTarget.validity.valid && (of.value = { ...of.value, cycle: currentTarget.valueAsNumber })} />
        </label>
      </div>
    </section>
  );
}

function Period({ of }: { of: Signal<Wanted> }) {
  const t = texts.value;
  return (
    <fieldset class="n-card k-fields">
      <legend>{t.period}</legend>
      <small>{t.periodNote}</small>
      <div class="pair">
        <label>
          {t.from}
          <input type="date" required value={of.value.from} onInput={({ currentTarget }) => (of.value = { ...of.value, from: currentTarget.value })} />
        </label>
        <label>
          {t.until}
          <input type="date" required value={of.value.until} min={of.value.from} onInput={({ currentTarget }) => (of.value = { ...of.value, until: currentTarget.value })} />
        </label>
      </div>
    </fieldset>
  );
}

function Where({ of }: { of: Signal<Wanted> }) {
  const t = texts.value;
  if (zones.value.length === 0) return null;
  const chosen = of.value.zones;
  return (
    <fieldset class="n-card k-fields">
      <legend>{t.zones}</legend>
      <small>{t.zonesNote}</small>
      <div class="k-checks">
        {zones.value.map(({ id, name }) => (
          <label key={id} class="check">
            <input type="checkbox" checked={chosen.includes(id)} onChange={({ currentTarget }) => (of.value = { ...of.value, zones: currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id) })} />
            {nameOf(name, id)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Which({ of, indicators }: { of: Signal<Wanted>; indicators: readonly Indicator[] }) {
  const t = texts.value;
  const chosen = of.value.indicators;
  const put = (codes: readonly string[], wanted: boolean): void => {
    const next = new Set(chosen);
    for (const code of codes) {
      if (wanted) next.add(code);
      else next.delete(code);
    }
    of.value = { ...of.value, indicators: next };
  };
  return (
    <fieldset class="n-card k-fields">
      <legend>{t.indicators}</legend>
      <small aria-live="polite">{t.indicatorsChosen(chosen.size, indicators.length)}</small>
      {byDimension(indicators).map((dimension) => (
        <OneDimension key={dimension.key} of={dimension} chosen={chosen} put={put} />
      ))}
    </fieldset>
  );
}

function OneDimension({ of, chosen, put }: { of: Dimension; chosen: ReadonlySet<string>; put: (codes: readonly string[], wanted: boolean) => void }) {
  const t = texts.value;
  const codes = of.indicators.map(({ code }) => code);
  const count = codes.filter((code) => chosen.has(code)).length;
  const name = nameOf(of.name, of.key);
  return (
    <div class="k-pick">
      <input
        type="checkbox"
        aria-label={t.wholeDimension(name)}
        checked={count === codes.length}
        // Some of them: neither on nor off.
        ref={(box) => {
          if (box) box.indeterminate = count > 0 && count < codes.length;
        }}
        onChange={({ currentTarget }) => put(codes, currentTarget.checked)}
      />
      <details class="k-dimension">
        <summary>
          <b>{name}</b>
          <small>
            {t.families[of.family]} · {t.filled(count, codes.length)}
          </small>
        </summary>
        <div class="k-checks">
          {of.indicators.map((indicator) => (
            <label key={indicator.code} class="check">
              <input type="checkbox" checked={chosen.has(indicator.code)} onChange={({ currentTarget }) => put([indicator.code], currentTarget.checked)} />
              <span>
                {nameOf(indicator.name, indicator.code)} <small>{t.listed(indicator.levels.map((level) => t.levels[level]))}</small>
              </span>
            </label>
          ))}
        </div>
      </details>
    </div>
  );
}

function Follows({ of, concluded }: { of: Signal<Wanted>; concluded: readonly CheckUp[] }) {
  const t = texts.value;
  return (
    <section class="n-card n-form">
      <label>
        {t.follows}
        <select value={of.value.follows} onChange={({ currentTarget }) => (of.value = { ...of.value, follows: currentTarget.value })}>
          <option value="">{t.followsNone}</option>
          {concluded.map((one) => (
            <option key={one.id} value={String(one.id)}>
              {titleOf(one)}
            </option>
          ))}
        </select>
      </label>
      <small>{t.followsNote}</small>
    </section>
  );
}
