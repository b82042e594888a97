// What is in view as a table: sorted, narrowed, exported; rows are made for what is scrolled to only.
import { computed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { named } from '../i18n';
import { tableTexts } from '../i18n/table';
import { goToBuilding, goToDeviceId, select } from '../state/actions';
import { goToElement } from '../state/bim';
import { models } from '../state/models';
import { selection } from '../state/selection';
import { buildingById, publication } from '../state/session';
import { language } from '../state/settings';
import { MOST_ROWS, cell, columns, csv, filterText, inView, of, rowsOf, shownColumns, sort, unshown, type Row, type Writing } from '../state/table';
import { THING_CLASSES, elements, thingsOf, wantElements } from '../state/things';
import { fileTime, saveFile } from './copying';
import { toolIcon } from './tool-cards';
import { Choice } from './tool-parts';
import { Icon } from './Icon';
import { elementsNote, keyHead, keyName, thingName, thingWords, valueText } from './thing-texts';

/** Rows beyond the edges of what is scrolled to. */
const BEYOND = 8;

const writing = computed((): Writing => ({ value: valueText, name: thingName, locale: language.value === 'zh' ? 'zh-CN' : 'en' }));
const rows = computed(() => rowsOf(thingsOf(of.value) ?? [], inView.value, shownColumns.value, filterText.value, sort.value, writing.value));

const head = (key: string): string => (key === 'distance' ? `${keyName(key)} (m)` : keyHead(key));

export function TableCard() {
  const t = tableTexts(language.value);
  const note = of.value === 'element' ? elementsNote() : null;
  const classes = THING_CLASSES.filter((one) => one !== 'element' || models.value.length > 0);
  return (
    <div class="in-view">
      <div class="table-bar">
        <Choice label={t.what} value={of.value} of={classes} name={(one) => thingWords.value.classes[one]} set={(one) => (of.value = one)} />
        <input type="search" class="narrow" value={filterText.value} placeholder={t.filter} aria-label={t.filter} onInput={({ currentTarget: { value } }) => (filterText.value = value)} />
        <Columns />
        <span class="count" role="status">
          {t.count(rows.value.length, inView.value.size, (thingsOf(of.value) ?? []).length)}
        </span>
        <button class="button quiet" disabled={rows.value.length === 0} onClick={save}>
          <Icon d={toolIcon('file-down')} />
          {t.export}
        </button>
      </div>
      {note ? (
        <p class="note" role="status">
          {note}{' '}
          {elements.value === 'failed' && (
            <button class="link" onClick={wantElements}>
              {thingWords.value.again}
            </button>
          )}
        </p>
      ) : rows.value.length === 0 ? (
        <p class="note">{inView.value.size === 0 ? t.noneInView : t.noMatch}</p>
      ) : (
        <Table />
      )}
      <p class="note">{rows.value.length >= MOST_ROWS ? t.cutOff(MOST_ROWS) : t.rule}</p>
    </div>
  );
}

function Columns() {
  const t = tableTexts(language.value);
  return (
    <details class="columns">
      <summary class="button quiet">{t.columns}</summary>
      <div class="raised">
        {columns.value
          .filter((key) => key !== 'name')
          .map((key) => {
            const name = `${of.value} ${key}`;
            return (
              <label key={key} class="switch">
                <input
                  type="checkbox"
                  checked={!unshown.value.has(name)}
                  onChange={({ currentTarget: { checked } }) => {
                    const next = new Set(unshown.value);
                    if (checked) next.delete(name);
                    else next.add(name);
                    unshown.value = next;
                  }}
                />
                {head(key)}
              </label>
            );
          })}
      </div>
    </details>
  );
}

function save(): void {
  const t = tableTexts(language.value);
  const keys = shownColumns.value;
  const text = csv(rows.value, keys, keys.map(head), writing.value);
  const community = publication.value?.catalog.community;
  const name = t.file(named(community?.name, language.value, community?.id ?? ''));
  saveFile(`${name}-${fileTime(new Date())}.csv`, new Blob([text], { type: 'text/csv;charset=utf-8' }));
}

function choose({ thing }: Row): void {
  if (thing.of === 'device') select({ type: 'device', id: thing.id });
  else select({ type: thing.of, id: thing.id, spot: null });
}

function goTo({ thing }: Row): void {
  if (thing.of === 'device') goToDeviceId(thing.id);
  else if (thing.of === 'building') {
    const building = buildingById.peek().get(thing.id);
    if (building) goToBuilding(building);
  } else {
    const list = elements.peek();
    const element = list && list !== 'failed' ? list.find(({ id }) => id === thing.id) : undefined;
    if (element) goToElement(element);
  }
}

function Table() {
  const t = tableTexts(language.value);
  const box = useRef<HTMLDivElement>(null);
  const scrolled = useSignal({ top: 0, height: 400, row: 32 });
  const focused = useSignal(0);
  const measure = (): void => {
    const { scrollTop = 0, clientHeight = 400 } = box.current ?? {};
    const row = box.current?.querySelector('tbody tr[data-row]')?.getBoundingClientRect().height ?? 32;
    scrolled.value = { top: scrollTop, height: clientHeight, row };
  };
  useEffect(measure, []);
  const all = rows.value;
  const chosen = selection.value && selection.value.type !== 'ground' ? selection.value.id : null;
  const { top, height, row: tall } = scrolled.value;
  const first = Math.max(0, Math.min(Math.floor(top / tall) - BEYOND, all.length - 1));
  const last = Math.min(all.length, Math.ceil((top + height) / tall) + BEYOND);
  const keys = shownColumns.value;

  const bring = (at: number): void => {
    const area = box.current;
    if (!area) return;
    const from = at * scrolled.peek().row;
    if (from < area.scrollTop) area.scrollTop = from;
    else if (from + tall * 2.5 > area.scrollTop + area.clientHeight) area.scrollTop = from + tall * 2.5 - area.clientHeight;
    measure();
  };
  // What is chosen in the scene comes into sight.
  useSignalEffect(() => {
    const now = selection.value;
    const at = now && now.type !== 'ground' ? rows.peek().findIndex(({ thing }) => thing.id === now.id) : -1;
    if (at >= 0) requestAnimationFrame(() => bring(at));
  });
  const move = (event: KeyboardEvent): void => {
    const now = Math.min(focused.value, all.length - 1);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1, PageDown: now + 10, PageUp: now - 10 }[event.key];
    const row = all[now];
    if (to !== undefined) {
      const next = Math.max(0, Math.min(all.length - 1, to));
      focused.value = next;
      bring(next);
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`tr[data-row="${next}"]`)?.focus({ preventScroll: true }));
    } else if (event.key === ' ' && row) choose(row);
    else if (event.key === 'Enter' && row) goTo(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const stop = Math.max(first, Math.min(focused.value, last - 1));
  return (
    <div class="scroll" ref={box} onScroll={measure}>
      <table aria-rowcount={all.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {keys.map((key) => {
              const by = sort.value.key === key;
              return (
                <th key={key} scope="col" aria-sort={by ? (sort.value.down ? 'descending' : 'ascending') : 'none'}>
                  <button title={t.sortBy(keyName(key))} onClick={() => (sort.value = { key, down: by ? !sort.value.down : false })}>
                    {head(key)}
                    <span aria-hidden="true">{by ? (sort.value.down ? '↓' : '↑') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody onKeyDown={move}>
          {first > 0 && <tr aria-hidden="true" style={`height:${first * tall}px`} />}
          {all.slice(first, last).map((row, i) => {
            const at = first + i;
            return (
              <tr
                key={row.thing.id}
                data-row={at}
                data-id={row.thing.id}
                aria-rowindex={at + 2}
                aria-selected={row.thing.id === chosen}
                tabIndex={at === stop ? 0 : -1}
                onFocus={() => (focused.value = at)}
                onClick={() => choose(row)}
                onDblClick={() => goTo(row)}
              >
                {keys.map((key) => {
                  const { text, value } = cell(row, key, writing.value);
                  return (
                    <td key={key} data-number={typeof value === 'number'}>
                      {text === '' ? '–' : text}
                    </td>
                  );
                })}
              </tr>
            );
          })}
          {last < all.length && <tr aria-hidden="true" style={`height:${(all.length - last) * tall}px`} />}
        </tbody>
      </table>
    </div>
  );
}
