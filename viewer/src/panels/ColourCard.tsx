// Chooses what is coloured and by what; the legend, whose rows show their class alone.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { colourTexts } from '../i18n/colour';
import { METHODS, MOST_CLASSES, readNumbers } from '../state/classes';
import { begin, choice, keysToColour, legend, tokenOf, type Choice } from '../state/colour';
import { devices } from '../state/devices';
import { readIndicatorKey, valuesUnder } from '../state/indicators';
import { models } from '../state/models';
import { language } from '../state/settings';
import { THING_CLASSES, elements, thingsOf, unitOf, wantElements, type ThingClass } from '../state/things';
import { IndicatorNote, IndicatorRows, goodEnd } from './IndicatorRows';
import { entryName, hasRow } from './legend-texts';
import { elementsNote, keyHead, keyName, thingWords } from './thing-texts';
import { Choice as OneOf } from './tool-parts';

/** Stands among the keys for the indicators of check-ups, which are chosen below. */
const INDICATOR = 'indicator';

export function ColourCard() {
  const t = colourTexts(language.value);
  const of = useSignal<ThingClass>(choice.peek()?.of ?? 'building');
  const now = choice.value;
  const known = now?.of ?? of.value;
  const wanted = useSignal(false);
  const byIndicator = known === 'building' && (now ? readIndicatorKey(now.key) !== null : wanted.value);
  useEffect(() => {
    if (known === 'element' && elements.peek() === null) wantElements();
  }, [known]);
  const take = (next: ThingClass): void => {
    [of.value, choice.value, wanted.value] = [next, null, false];
  };
  const takeKey = (key: string): void => {
    wanted.value = key === INDICATOR;
    choice.value = key === '' || key === INDICATOR ? null : begin(known, key);
  };
  const classes = THING_CLASSES.filter((one) => one !== 'element' || models.value.length > 0);
  const note = known === 'element' ? elementsNote() : null;
  const keys = note ? [] : keysToColour(known);
  const streams = keys.filter((key) => key.startsWith('stream:'));
  const others = keys.filter((key) => !key.startsWith('stream:'));
  const offered = known === 'building' && (thingsOf(known) ?? []).length > 0;
  return (
    <div class="colour">
      {!now && <p class="note">{t.intro}</p>}
      <OneOf label={t.what} value={known} of={classes} name={(one) => thingWords.value.classes[one]} set={take} />
      {note && (
        <p class="note" role="status">
          {note}{' '}
          {elements.value === 'failed' && (
            <button class="link" onClick={wantElements}>
              {thingWords.value.again}
            </button>
          )}
        </p>
      )}
      {!note && keys.length === 0 && !offered && <p class="note">{(thingsOf(known) ?? []).length === 0 ? t.none : t.noKeys}</p>}
      {(keys.length > 0 || offered) && (
        <label class="row">
          <span>{t.by}</span>
          <select value={byIndicator ? INDICATOR : (now?.key ?? '')} onChange={({ currentTarget: { value } }) => takeKey(value)}>
            <option value="">{t.choose}</option>
            {others.map((key) => (
              <option key={key} value={key}>
                {keyHead(key)}
              </option>
            ))}
            {streams.length > 0 && (
              <optgroup label={t.reading}>
                {streams.map((key) => (
                  <option key={key} value={key}>
                    {keyHead(key)}
                  </option>
                ))}
              </optgroup>
            )}
            {offered && (
              <optgroup label={t.findings}>
                <option value={INDICATOR}>{t.indicator}</option>
              </optgroup>
            )}
          </select>
        </label>
      )}
      {byIndicator && <IndicatorRows />}
      {now && legend.value?.numeric && <Classes now={now} />}
      {now && legend.value && <Legend now={now} />}
    </div>
  );
}

function Classes({ now }: { now: Choice }) {
  const t = colourTexts(language.value);
  const wrong = useSignal(false);
  return (
    <>
      <OneOf
        label={t.method}
        value={now.method}
        of={METHODS}
        name={(method) => t.methods[method]}
        set={(method) => (choice.value = { ...now, method, own: method === 'own' ? breaksNow() : [], only: null })}
      />
      {now.method === 'own' ? (
        <label class="row">
          <span>{t.breaks}</span>
          <input
            type="text"
            inputMode="decimal"
            value={now.own.join(', ')}
            placeholder={t.breaksHint}
            aria-invalid={wrong.value}
            onInput={({ currentTarget: { value } }) => {
              const own = readNumbers(value);
              wrong.value = own === null;
              if (own) choice.value = { ...now, own, only: null };
            }}
          />
        </label>
      ) : (
        <label class="row">
          <span>{t.classes}</span>
          <input
            type="range"
            min={2}
            max={MOST_CLASSES}
            step={1}
            value={now.classes}
            aria-valuetext={String(now.classes)}
            onInput={({ currentTarget: { value } }) => (choice.value = { ...now, classes: Number(value), only: null })}
          />
          <output>{now.classes}</output>
        </label>
      )}
      {wrong.value && (
        <p class="note trouble" role="alert">
          {t.breaksWrong}
        </p>
      )}
    </>
  );
}

/** The breaks of the legend as it stands, to begin own ones from. */
const breaksNow = (): number[] =>
  (legend.peek()?.entries ?? []).flatMap(({ what }) => (typeof what === 'object' && 'to' in what && what.to !== null ? [Number(what.to.toPrecision(4))] : []));

function Legend({ now }: { now: Choice }) {
  const t = colourTexts(language.value);
  const found = legend.value;
  if (!found) return null;
  const missing = found.entries.at(-1)?.count ?? 0;
  const total = found.entries.reduce((sum, { count }) => sum + count, 0);
  const unit = unitOf(now.key);
  const indicator = valuesUnder(now.key)?.indicator;
  const good = goodEnd(now.key, found.entries.length - 2);
  return (
    <section class="legend" aria-label={t.legend}>
      <h3>
        {keyName(now.key)}
        {unit !== '' && <small>{keyHead(now.key).slice(keyName(now.key).length)}</small>}
      </h3>
      {indicator && <p class="note">{t.better[indicator.direction]}</p>}
      <ul>
        {found.entries.map((entry, at) => {
          if (!hasRow(entry)) return null;
          const name = entryName(entry, now.key, t);
          return (
            <li key={at}>
              <button aria-pressed={now.only === at} title={t.alone(name)} onClick={() => (choice.value = { ...now, only: now.only === at ? null : at })}>
                <i style={`background:var(${tokenOf(found, at)})`} />
                <span class="what">
                  {name}
                  {at === good && <small>{t.good}</small>}
                </span>
                <span class="figure">{entry.count}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <p class="note">
        {t.counted(total, missing)}
        {now.key.startsWith('stream:') && devices.value.size > 0 && ` · ${t.latest}`}
      </p>
      <IndicatorNote of={now.key} />
      <div class="actions">
        {now.only !== null && (
          <button class="button quiet" onClick={() => (choice.value = { ...now, only: null })}>
            {t.showAll}
          </button>
        )}
        <button class="button quiet" onClick={() => (choice.value = null)}>
          {t.off}
        </button>
      </div>
    </section>
  );
}
