// Everything that stands in the scene, as a list: devices and buildings, counted, searched, filtered;
// and the alarms that are not over.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { showList } from '../state/actions';
import { counts, devices, filter, findings, kindsInUse } from '../state/devices';
import { models } from '../state/models';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { STATUSES } from '../state/status';
import { focusAsked, listOpen, tab } from '../state/view';
import type { DeviceStatus } from '../api/types';
import { named } from '../i18n';
import { DeviceRows } from './DeviceRows';
import { Icon, StatusGlyph } from './Icon';
import { later } from './later';

const AlarmRows = later(() => import('./AlarmRows').then((module) => module.AlarmRows));
const BuildingRows = later(() => import('./BuildingRows').then((module) => module.BuildingRows));
const SearchResults = later(() => import('./SearchResults').then((module) => module.SearchResults));
const ModelRows = later(() => import('./bim').then((module) => module.ModelRows));

export function ListPanel({ phone }: { phone: boolean }) {
  const t = texts.value;
  const search = useRef<HTMLInputElement>(null);
  const asked = focusAsked.value;
  // At once: whoever types on after the key must not press the keys of tools meanwhile.
  useLayoutEffect(() => {
    if (!asked) return;
    focusAsked.value = null;
    if ('search' in asked) search.current?.focus();
    // The row may be about to be made.
    else requestAnimationFrame(() => document.getElementById(`row-${asked.row}`)?.focus());
  }, [asked]);
  const tabs = models.value.length > 0 ? (['devices', 'alarms', 'buildings', 'models'] as const) : (['devices', 'alarms', 'buildings'] as const);
  return (
    <nav class="list" id="list" aria-label={t[tab.value]}>
      <div class="tabs">
        <div class="row" role="tablist">
          {tabs.map((name) => (
            <button
              key={name}
              role="tab"
              id={`tab-${name}`}
              aria-selected={tab.value === name}
              aria-controls="list-body"
              onClick={() => (tab.value = name)}
            >
              {t[name]}
            </button>
          ))}
        </div>
        {!phone && (
          <button class="tool" aria-label={t.closeList} title={t.closeList} onClick={() => (listOpen.value = false)}>
            <Icon name="chevron-left" />
          </button>
        )}
      </div>
      <div class="scroll" id="list-body" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        {tab.value === 'devices' && (
          <>
            <Headline />
            <Counts />
          </>
        )}
        {tab.value === 'models' ? <ModelRows /> : tab.value === 'alarms' ? <AlarmRows /> : <Searched search={search} />}
      </div>
    </nav>
  );
}

/** A search field and what it finds. */
function Searched({ search }: { search: RefObject<HTMLInputElement | null> }) {
  const t = texts.value;
  return (
    <>
      <div class="filters" style={tab.value === 'buildings' ? 'padding-top:12px' : undefined}>
        <div class="field">
          <Icon name="search" />
          <input
            id="search"
            ref={search}
            type="search"
            value={filter.value.text}
            placeholder={t.search}
            aria-label={t.search}
            onInput={(event) => (filter.value = { ...filter.peek(), text: event.currentTarget.value })}
          />
          {filter.value.text !== '' && (
            <button class="tool" aria-label={t.clearSearch} onClick={() => ((filter.value = { ...filter.peek(), text: '' }), search.current?.focus())}>
              <Icon name="x" />
            </button>
          )}
        </div>
        {tab.value === 'devices' && filter.value.text.trim() === '' && <KindFilter />}
      </div>
      {filter.value.text.trim() !== '' ? <SearchResults /> : tab.value === 'devices' ? <DeviceRows /> : <BuildingRows />}
    </>
  );
}

/** The list folded to a strip: what is wrong stays in view. */
export function ListRail() {
  const t = texts.value;
  return (
    <nav class="rail" aria-label={t.devices}>
      <button class="tool" aria-label={t.openList} title={t.openList} onClick={showList}>
        <Icon name="list" />
      </button>
      {STATUSES.map((status) => (
        <Count key={status} status={status} words={false} />
      ))}
    </nav>
  );
}

/** The worst findings in words; a list of five is as much as one reads. */
function Headline() {
  const t = texts.value;
  if (devices.value.size === 0) return null;
  const all = findings.value;
  const words = all.slice(0, 3).map(({ kind, status, count }) => t.nOfKind(count, kind, named(kinds.value.get(kind)?.name, language.value, kind), status));
  const more = all.length > 3 ? [t.more(all.slice(3).reduce((sum, { count }) => sum + count, 0))] : [];
  return (
    <p class="headline" role="status">
      {all.length > 0 ? [...words, ...more].join(t.separator) : t.allNormal(devices.value.size)}
    </p>
  );
}

function Counts() {
  return (
    <div class="counts" role="group" aria-label={texts.value.filterByStatus}>
      {STATUSES.map((status) => (
        <Count key={status} status={status} words />
      ))}
    </div>
  );
}

function Count({ status, words }: { status: DeviceStatus; words: boolean }) {
  const t = texts.value;
  const count = counts.value[status];
  const on = filter.value.status === status;
  const press = (): void => {
    filter.value = { ...filter.peek(), status: on && words ? null : status };
    if (!words) {
      tab.value = 'devices';
      showList();
    }
  };
  return (
    <button class="count" data-status={status} data-none={count === 0} aria-pressed={on} aria-label={`${count} ${t.status[status]}`} title={t.status[status]} onClick={press}>
      <b>
        <StatusGlyph status={status} size={14} />
        {count}
      </b>
      {words && t.status[status]}
    </button>
  );
}

function KindFilter() {
  const t = texts.value;
  return (
    <div class="row">
      <select
        aria-label={t.kind}
        value={filter.value.kind ?? ''}
        onChange={(event) => (filter.value = { ...filter.peek(), kind: event.currentTarget.value === '' ? null : event.currentTarget.value })}
      >
        <option value="">{t.allKinds}</option>
        {kindsInUse.value.map(({ id, count }) => (
          <option key={id} value={id}>
            {`${named(kinds.value.get(id)?.name, language.value, id)} ${count}`}
          </option>
        ))}
      </select>
    </div>
  );
}
