// What is to be said of one object, dimension by dimension, with the bar that saves all of it under the thumb.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Indicator } from '../../api/checkups';
import { byDimension, indicatorsAt, type Dimension, type Site } from '../../state/renewal/checkups';
import { keyOf } from '../../state/renewal/checkups-drafts';
import type { Form } from '../../state/renewal/checkups-form';
import { hashOf } from '../../state/renewal/route';
import { whyOf } from '../parts';
import { Field } from './Field';
import { placeOf } from './Form';
import { missingAt, siteName } from './Sites';
import { nameOf, texts, timeName } from './words';

interface Props {
  readonly checkUp: number;
  readonly site: Site;
  readonly sites: readonly Site[];
  readonly indicators: readonly Indicator[];
  readonly form: Form;
  readonly mayWrite: boolean;
}

export function Fields({ checkUp, site, sites, indicators, form, mayWrite }: Props) {
  const t = texts.value;
  const onlyMissing = useSignal(false);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // On a phone the fields take the place of the objects; beside them nothing need move.
    if (matchMedia('(max-width: 719.98px)').matches) scrollTo(0, 0);
    title.current?.focus({ preventScroll: true });
  }, []);
  // Those that had none when it was asked for: a field that was just filled in stays where it is.
  const hidden = useRef<ReadonlySet<string>>(new Set());
  const here = indicatorsAt(site, indicators);
  const shown = onlyMissing.value ? here.filter(({ code }) => !hidden.current.has(code)) : here;
  const next = nextOf(site, sites, indicators, form);
  return (
    <section class="k-fields-of" aria-label={siteName(site)}>
      <a class="k-other" href={hashOf('checkups', checkUp, 'form')}>
        {t.otherPlace}
      </a>
      <h2 ref={title} tabIndex={-1}>
        {siteName(site)}
      </h2>
      <div class="k-under">
        <small>
          {t.levels[site.level]} · {missingAt(site, indicators, form) > 0 ? t.missing(missingAt(site, indicators, form)) : t.complete}
        </small>
        <label class="k-only">
          <input
            type="checkbox"
            checked={onlyMissing.value}
            onChange={({ currentTarget }) => {
              hidden.current = new Set(here.map(({ code }) => code).filter((code) => form.values.peek().has(keyOf(code, site.id)) && !form.drafts.peek().has(keyOf(code, site.id))));
              onlyMissing.value = currentTarget.checked;
            }}
          />
          {t.onlyMissing}
        </label>
      </div>
      {shown.length === 0 && <p class="n-empty">{t.allFilledHere}</p>}
      {byDimension(shown).map((dimension) => (
        <Group key={dimension.key} of={dimension} site={site} form={form} mayWrite={mayWrite} />
      ))}
      {next && (
        <p class="k-more">
          <a class="button quiet" href={placeOf(checkUp, next.id)}>
            {t.nextPlace(siteName(next))}
          </a>
        </p>
      )}
      {mayWrite && <SaveBar site={site} form={form} />}
    </section>
  );
}

/** The next one with missing values, of the same level first: whoever goes from house to house stays with houses. */
function nextOf(site: Site, sites: readonly Site[], indicators: readonly Indicator[], form: Form): Site | undefined {
  const at = sites.indexOf(site);
  const behind = [...sites.slice(at + 1), ...sites.slice(0, at)].filter((one) => missingAt(one, indicators, form) > 0);
  return behind.find(({ level }) => level === site.level) ?? behind[0];
}

function Group({ of, site, form, mayWrite }: { of: Dimension; site: Site; form: Form; mayWrite: boolean }) {
  return (
    <section class="k-group">
      <h3>{nameOf(of.name, of.key)}</h3>
      {of.indicators.map((indicator) => (
        <Field key={indicator.code} indicator={indicator} object={site.id} form={form} mayWrite={mayWrite} />
      ))}
    </section>
  );
}

/** What became of what was typed, and the button that saves it: always in reach. */
function SaveBar({ site, form }: { site: Site; form: Form }) {
  const t = texts.value;
  const here = form.unsent.value.get(site.id) ?? [];
  const elsewhere = [...form.unsent.value].filter(([id]) => id !== site.id);
  const others = elsewhere.flatMap(([, keys]) => keys);
  const wrong = here.filter((key) => form.troubles.value.has(key)).length;
  if (here.length === 0 && others.length === 0 && !form.savedAt.value) return null;
  return (
    <div class="k-save">
      <div class="k-save-says" role="status">
        {form.sending.value ? t.saving : here.length === 0 && form.savedAt.value && t.savedAt(timeName(form.savedAt.value.toISOString()))}
        {!form.sending.value && !form.reached.value && <p>{t.keptAlone}</p>}
        {!form.sending.value && form.refused.value !== null && <p class="k-wrong">{whyOf(form.refused.value)}</p>}
        {wrong > 0 && <p class="k-wrong">{t.someWrong(wrong)}</p>}
        {!(form.kept.value && form.photosKept.value) && <p class="k-wrong">{t.notKept}</p>}
        {others.length > 0 && (
          <p>
            {t.keptElsewhere(others.length, elsewhere.length)}{' '}
            <button class="link" type="button" onClick={() => void form.save(others)}>
              {t.sendAll}
            </button>
          </p>
        )}
      </div>
      {here.length > 0 && (
        <button class="button" type="button" disabled={form.sending.value} onClick={() => void form.save(here)}>
          {t.saveAll(here.length)}
        </button>
      )}
    </div>
  );
}
