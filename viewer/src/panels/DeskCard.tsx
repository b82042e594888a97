// The desk: the queue of residents' reports, by what is owed to whom, what is due first on top.
//
// In: state/desk, state/book. Out: the queue; a press opens a report beside the scene.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Report } from '../api/reports';
import { account, accountOpen, signedIn } from '../state/account';
import { onPhone, select } from '../state/actions';
import { beyond, refresh, showEnded, standing } from '../state/book';
import {
  NOT_NARROWED, TABS, bodiesInUse, counts, ended, heatPlaces, heatShown, narrowed, queue, tab, zonesInUse, type Narrowed, type Tab,
} from '../state/desk';
import { urgencyOf } from '../state/report-looks';
import { reportKindsInUse, reportsShown } from '../state/reports';
import { selection } from '../state/selection';
import { texts } from '../state/settings';
import { command, deskCover_px, focusAsked, listOpen } from '../state/view';
import { zoneName } from './BuildingRows';
import { Icon } from './Icon';
import { ReportGlyph } from './ReportGlyph';
import { STATUS_OF, deskWords, kindName, timeLeft } from './report-texts';
import { moveInList } from './rows';

/** Rows made at once; more on request. */
const PAGE = 100;

/** Whether the desk has been opened before: then it stays as it was left. */
let opened = false;

export function DeskCard() {
  const t = deskWords.value;
  useEffect(() => {
    // At the desk its queue is the list.
    listOpen.value = false;
    if (opened) return;
    opened = true;
    reportsShown.value = true;
  }, []);
  const list = listOpen.value;
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const card = root.current?.parentElement;
    if (!card) return;
    const measure = (): void => void (deskCover_px.value = onPhone() ? 0 : card.getBoundingClientRect().right);
    // Its place follows the list beside it; its width is nothing while it waits behind a report.
    const observer = new ResizeObserver(measure);
    observer.observe(card);
    measure();
    return () => observer.disconnect();
  }, [list]);
  useEffect(() => () => void (deskCover_px.value = 0), []);
  return (
    <div class="desk" ref={root}>
      <Tabs />
      <div id="desk-body" class="scroll" role="tabpanel" aria-labelledby={`desk-${tab.value}`}>
        <Filters />
        {account.value && !signedIn.value && account.value.roles.length === 0 && (
          <p class="note">
            {t.signedOut}{' '}
            <button class="link" onClick={() => (accountOpen.value = true)}>
              {t.signIn}
            </button>
          </p>
        )}
        <Queue />
        <Scene />
      </div>
    </div>
  );
}

function Tabs() {
  const t = deskWords.value;
  const press = (event: KeyboardEvent): void => {
    const at = TABS.indexOf(tab.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next: Tab = TABS[(to + TABS.length) % TABS.length] ?? 'all';
    tab.value = next;
    document.getElementById(`desk-${next}`)?.focus();
  };
  return (
    <div class="desk-tabs" role="tablist" aria-label={t.tabsLabel} onKeyDown={press}>
      {TABS.map((which) => (
        <button key={which} role="tab" id={`desk-${which}`} aria-selected={tab.value === which} aria-controls="desk-body" tabIndex={tab.value === which ? 0 : -1} data-none={counts.value[which] === 0} onClick={() => (tab.value = which)}>
          <b>{counts.value[which]}</b>
          {t.tabs[which]}
        </button>
      ))}
    </div>
  );
}

function Filters() {
  const t = deskWords.value;
  const set = (part: Partial<Narrowed>): void => void (narrowed.value = { ...narrowed.peek(), ...part });
  const choice = (label: string, all: string, value: string, of: readonly (readonly [string, string])[], take: (value: string) => void) => (
    <select aria-label={label} value={value} onChange={(event) => take(event.currentTarget.value)}>
      <option value="">{all}</option>
      {of.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
  const { text, kind, zone, body } = narrowed.value;
  return (
    <div class="desk-filters">
      <div class="field">
        <Icon name="search" />
        <input type="search" value={text} placeholder={t.search} aria-label={t.search} onInput={(event) => set({ text: event.currentTarget.value })} />
      </div>
      {choice(t.kind, t.allKinds, kind, reportKindsInUse.value.map(({ id, count }) => [id, `${kindName(id)} ${count}`] as const), (value) => set({ kind: value }))}
      {choice(t.zone, t.allZones, zone, zonesInUse.value.map((id) => [id, zoneName(id) || id] as const), (value) => set({ zone: value }))}
      {choice(t.body, t.allBodies, body, bodiesInUse.value.map((id) => [id, t.bodies[id]] as const), (value) => set({ body: value }))}
    </div>
  );
}

function Queue() {
  const t = deskWords.value;
  const shown = useSignal(PAGE);
  const rows = queue.value;
  useEffect(() => {
    // Who closes a report goes on at its row.
    const asked = focusAsked.value;
    if (!asked || !('row' in asked) || !asked.row.startsWith('report-')) return;
    focusAsked.value = null;
    requestAnimationFrame(() => document.getElementById(`row-${asked.row}`)?.focus());
  }, [focusAsked.value]);
  if (standing.value === 'asking') return <p class="empty" role="status">{t.asking}</p>;
  const isNarrowed = Object.values(narrowed.value).some((part) => part !== '');
  const chosen = selection.value?.type === 'report' ? Number(selection.value.id) : null;
  const stop = (rows.find(({ id }) => id === chosen) ?? rows[0])?.id;
  return (
    <>
      {standing.value !== 'known' && (
        <p class="trouble" role="alert">
          {standing.value === 'denied' ? t.denied : t.unreachable}{' '}
          <button class="link" onClick={() => void refresh()}>
            {t.again}
          </button>
        </p>
      )}
      <p class="desk-count" role="status">
        {t.count(rows.length)}
        {isNarrowed && (
          <button class="link" onClick={() => (narrowed.value = NOT_NARROWED)}>
            {t.clear}
          </button>
        )}
        {tab.value === 'all' && (
          <label class="switch">
            <input type="checkbox" checked={ended.value !== null} onChange={(event) => void showEnded(event.currentTarget.checked)} />
            {t.endedToo}
          </label>
        )}
      </p>
      {rows.length === 0 && standing.value === 'known' && <p class="empty">{isNarrowed ? t.noMatch : t.empty[tab.value]}</p>}
      <ul class="rows" onKeyDown={moveInList}>
        {rows.slice(0, shown.value).map((report) => (
          <li key={report.id}>
            <Row report={report} current={report.id === chosen} tabStop={report.id === stop} />
          </li>
        ))}
      </ul>
      {rows.length > shown.value && (
        <p class="more">
          <button class="button quiet" onClick={() => (shown.value += PAGE)}>
            {t.more(Math.min(PAGE, rows.length - shown.value))}
          </button>
        </p>
      )}
      {beyond.value > 0 && <p class="note">{t.beyond(beyond.value)}</p>}
    </>
  );
}

/** Opens a report and brings its place into view. */
export function goToReport({ id, place: { position } }: Report): void {
  select({ type: 'report', id: String(id) });
  if (position) command({ do: 'point', at: position });
}

/** One report as a line: glyph, what, where and with whom, and how much time is left. */
function Row({ report, current, tabStop }: { report: Report; current: boolean; tabStop: boolean }) {
  const t = deskWords.value;
  const left = timeLeft(report);
  const notes = [report.place.address ?? zoneName(report.zone ?? ''), report.body ? t.bodies[report.body] : '', `#${report.id}`];
  return (
    <button class="item" id={`row-report-${report.id}`} data-status={STATUS_OF[urgencyOf(report)]} aria-current={current} tabIndex={tabStop ? 0 : -1} onClick={() => goToReport(report)}>
      <ReportGlyph report={report} size={32} />
      <span class="what">
        {kindName(report.kind)}
        <span class="said">{report.text}</span>
        <small>{notes.filter(Boolean).join(' · ')}</small>
      </span>
      <span class="due">
        <span class="word">{t.states[report.state]}</span>
        {left !== '' && <small>{left}</small>}
        {report.urge !== 'none' && report.urge !== undefined && <small class="word">{t.urges[report.urge]}</small>}
      </span>
    </button>
  );
}

/** What of the queue the scene shows. */
function Scene() {
  const t = deskWords.value;
  return (
    <fieldset class="desk-scene" aria-label={texts.value.sceneLabel}>
      <label class="switch">
        <input type="checkbox" checked={reportsShown.value} onChange={(event) => (reportsShown.value = event.currentTarget.checked)} />
        {t.shownInScene}
      </label>
      <label class="switch">
        <input type="checkbox" checked={heatShown.value} onChange={(event) => (heatShown.value = event.currentTarget.checked)} />
        {t.heat}
      </label>
      {heatShown.value && (
        <p class="note">
          <span class="heat-ramp" aria-hidden="true" />
          {t.heatNote(heatPlaces.value.length)}
        </p>
      )}
    </fieldset>
  );
}
