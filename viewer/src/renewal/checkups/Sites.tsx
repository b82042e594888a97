// The objects of a check-up to choose from: by name, those with missing values first.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Indicator, IndicatorLevel } from '../../api/checkups';
import { indicatorsAt, type Site } from '../../state/renewal/checkups';
import { keyOf } from '../../state/renewal/checkups-drafts';
import type { Form } from '../../state/renewal/checkups-form';
import { placeOf } from './Form';
import { nameOf, texts } from './words';

/** How many indicators of an object have no value. */
export const missingAt = (site: Site, indicators: readonly Indicator[], form: Form): number =>
  indicatorsAt(site, indicators).filter(({ code }) => !form.values.value.has(keyOf(code, site.id))).length;

/** The name of an object; of one that only a building model knows, with the model. */
export const siteName = (site: Site): string => (site.model === null ? nameOf(site.name, site.id) : texts.value.ofModel(nameOf(site.name, site.id), site.model));

interface Props {
  readonly checkUp: number;
  readonly sites: readonly Site[];
  readonly indicators: readonly Indicator[];
  readonly form: Form;
  readonly chosen: Site | null;
}

export function Sites({ checkUp, sites, indicators, form, chosen }: Props) {
  const t = texts.value;
  const search = useSignal('');
  const level = useSignal<IndicatorLevel | ''>('');
  // Not while one works at them: what one reaches for would move away.
  const ordered = useMemo(() => sites.map((site) => ({ site, done: missingAt(site, indicators, form) === 0 })).sort((a, b) => Number(a.done) - Number(b.done)).map(({ site }) => site), [sites, indicators, chosen === null]);
  const levels = (Object.keys(t.levels) as IndicatorLevel[]).filter((one) => sites.some((site) => site.level === one));
  const wanted = search.value.trim().toLocaleLowerCase();
  const shown = ordered.filter((site) => (level.value === '' || site.level === level.value) && (wanted === '' || [site.id, site.name?.zh, site.name?.en].some((text) => text?.toLocaleLowerCase().includes(wanted))));
  const left = sites.filter((site) => missingAt(site, indicators, form) > 0).length;
  return (
    <section class="k-sites" aria-label={t.place}>
      <input class="n-input" type="search" aria-label={t.search} placeholder={t.search} value={search.value} onInput={({ currentTarget }) => (search.value = currentTarget.value)} />
      {levels.length > 1 && (
        <div class="k-levels" role="group" aria-label={t.place}>
          {levels.map((one) => (
            <button key={one} type="button" aria-pressed={level.value === one} onClick={() => (level.value = level.value === one ? '' : one)}>
              {t.levels[one]}
            </button>
          ))}
        </div>
      )}
      <p class="n-note">{t.sitesLeft(left, sites.length)}</p>
      {shown.length === 0 ? (
        <p class="n-empty">{t.noPlace}</p>
      ) : (
        <ul class="k-list">
          {shown.map((site) => (
            <li key={site.id}>
              <SiteLink site={site} checkUp={checkUp} missing={missingAt(site, indicators, form)} unsent={form.unsent.value.get(site.id)?.length ?? 0} current={site.id === chosen?.id} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function SiteLink({ site, checkUp, missing, unsent, current }: { site: Site; checkUp: number; missing: number; unsent: number; current: boolean }) {
  const t = texts.value;
  return (
    <a class="k-site" href={placeOf(checkUp, site.id)} aria-current={current ? 'true' : undefined}>
      <span class="what">
        <b>{siteName(site)}</b>
        <small>{t.levels[site.level]}</small>
      </span>
      <span class="k-site-state">
        <small>{missing > 0 ? t.missing(missing) : t.complete}</small>
        {unsent > 0 && <small class="k-unsent">{t.unsent(unsent)}</small>}
      </span>
    </a>
  );
}
