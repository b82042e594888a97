// The card of the layer tree: an ARIA tree of which only the rows in view are made, so that a hundred
// thousand elements cost no more than a dozen.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { reportIconPath } from '../api/report-icons';
import { anythingHidden, showEverything } from '../state/hiding';
import { isolated, showAllStoreys } from '../state/bim';
import { models } from '../state/models';
import { publication } from '../state/session';
import {
  canIsolate, goTo, isolateNode, labelOf, selectedKey, setOpen, shownState, storeyParts, toggleShown, treeRows, treeText, type NodeKind, type TreeNode, type TreeRow,
} from '../state/tree';
import { classWord, words } from './bim-texts';
import { groundWords } from './ground-texts';
import { Icon } from './Icon';
import { toolIcon } from './tool-cards';

/** Rows made beyond the edges of what is seen. */
const SPARE = 8;

const ICONS: Partial<Record<NodeKind, Parameters<typeof Icon>[0]>> = {
  community: { name: 'trees' }, zone: { name: 'map-pin' }, building: { name: 'building-2' }, model: { name: 'box' }, storey: { name: 'layers' }, devices: { name: 'radio' }, projects: { d: reportIconPath('construction') }, reports: { d: toolIcon('message-square') },
};

function nameOf(node: TreeNode): string {
  if (node.kind === 'devices') return groundWords.value.devices;
  if (node.kind === 'reports' || node.kind === 'projects') return groundWords.value[node.kind];
  if (node.kind === 'class') return classWord(node.fallback);
  if (node.kind === 'element') return node.name?.zh || node.name?.en ? labelOf(node) : classWord(node.object?.bim?.ifc_class ?? '');
  return labelOf(node);
}

/** Models of one building often bear one name: whether each shows what stands or what is planned. */
function standOf({ kind, key }: TreeNode): string {
  const model = kind === 'model' ? models.value.find(({ source }) => key === `model:${source}`) : undefined;
  return model ? words.value.state[model.state] : '';
}

export function LayersCard() {
  const t = groundWords.value;
  const rows = treeRows.value;
  const current = useSignal('community');
  const scroll = useSignal(0);
  const box = useRef<HTMLDivElement>(null);
  const size = useSignal({ height: 400, row: 32 });
  useEffect(() => {
    const of = box.current;
    if (!of) return;
    const measure = (): void => {
      const row = Number.parseFloat(getComputedStyle(of).getPropertyValue('--row')) || 32;
      size.value = { height: of.clientHeight, row };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(of);
    return () => observer.disconnect();
  }, []);
  const { height, row } = size.value;
  const at = Math.max(0, rows.findIndex(({ node }) => node.key === current.value));
  const from = Math.max(0, Math.floor(scroll.value / row) - SPARE);
  const to = Math.min(rows.length, Math.ceil((scroll.value + height) / row) + SPARE);
  const drawn = rows.slice(from, to);

  const choose = (index: number): void => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (!next) return;
    current.value = next.node.key;
    const [top, of] = [rows.indexOf(next) * row, box.current];
    if (of && top < of.scrollTop) of.scrollTop = top;
    else if (of && top + row > of.scrollTop + of.clientHeight) of.scrollTop = top + row - of.clientHeight;
  };
  const press = (event: KeyboardEvent): void => {
    const now = rows[at];
    if (!now || event.ctrlKey || event.metaKey || event.altKey || !act(event.key, now, at, rows, choose, Math.floor(height / row))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div class="field">
        <Icon name="search" />
        <input type="search" value={treeText.value} placeholder={t.searchTree} aria-label={t.searchTree} onInput={(event) => (treeText.value = event.currentTarget.value)} />
      </div>
      {rows.length === 0 && <p class="empty">{publication.value ? t.noMatch : t.emptyTree}</p>}
      <div
        ref={box}
        class="tree scroll"
        role="tree"
        tabIndex={0}
        hidden={rows.length === 0}
        aria-label={t.tree}
        aria-activedescendant={drawn.some(({ node }) => node.key === rows[at]?.node.key) ? idOf(rows[at]?.node.key ?? '') : undefined}
        title={t.treeKeys}
        onKeyDown={press}
        onScroll={(event) => (scroll.value = event.currentTarget.scrollTop)}
      >
        <div role="presentation" style={`height:${rows.length * row}px`}>
          <div role="presentation" style={`transform:translateY(${from * row}px)`}>
            {drawn.map((one) => (
              <Row key={one.node.key} row={one} current={one === rows[at]} choose={() => void (current.value = one.node.key)} />
            ))}
          </div>
        </div>
      </div>
      {(anythingHidden.value || isolated.value) && (
        <p class="more">
          <button class="button quiet" onClick={showAll}>
            {t.showAll}
          </button>
        </p>
      )}
    </>
  );
}

function showAll(): void {
  showEverything();
  showAllStoreys();
}

const idOf = (key: string): string => `node-${key}`;

/** What a key does on a row (WAI-ARIA tree view); whether it does anything. */
function act(key: string, { node, expandable, open, level }: TreeRow, at: number, rows: readonly TreeRow[], choose: (at: number) => void, page: number): boolean {
  const move = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + page, PageUp: at - page }[key];
  if (move !== undefined) choose(move);
  else if (key === 'ArrowRight') {
    if (expandable && !open) setOpen(node, true);
    else if (open && (rows[at + 1]?.level ?? 0) > level) choose(at + 1);
  } else if (key === 'ArrowLeft') {
    if (open) setOpen(node, false);
    else choose(rows.findLastIndex((row, i) => i < at && row.level < level));
  } else if (key === 'Enter') goTo(node);
  else if (key === ' ') toggleShown(node);
  else if (key.toLowerCase() === 'i' && canIsolate(node)) isolateNode(node);
  else return false;
  return true;
}

function Row({ row: { node, level, expandable, open, at, of }, current, choose }: { row: TreeRow; current: boolean; choose: () => void }) {
  const t = groundWords.value;
  const name = nameOf(node);
  const shown = shownState(node);
  const icon = ICONS[node.kind];
  const chosen = (then: (node: TreeNode) => void) => (): void => {
    choose();
    then(node);
  };
  const parts = node.kind === 'storey' && open ? storeyParts.value.get(node.key) : undefined;
  const note = node.kind === 'storey' && open && parts === undefined ? t.loading : parts === 'failed' ? t.failed : standOf(node);
  return (
    <div
      class="node"
      role="treeitem"
      id={idOf(node.key)}
      data-current={current}
      data-shown={shown ?? 'all'}
      aria-level={level}
      aria-setsize={of}
      aria-posinset={at}
      aria-expanded={expandable ? open : undefined}
      aria-selected={node.key === selectedKey.value}
      aria-label={[name, node.count === null ? '' : String(node.count), note].filter(Boolean).join(' ')}
      style={`--level:${level - 1}`}
      onClick={chosen(goTo)}
    >
      <Press label={open ? t.collapse : t.expand} off={!expandable} press={chosen(() => setOpen(node, !open))}>
        {expandable && <Icon name={open ? 'chevron-down' : 'chevron-right'} />}
      </Press>
      {icon && <Icon {...icon} />}
      <span class="what">
        {name}
        {note !== '' && <small>{note}</small>}
      </span>
      {node.count !== null && <span class="figure">{node.count}</span>}
      <Press label={t.isolateNode(name)} off={!canIsolate(node)} press={chosen(isolateNode)}>
        {canIsolate(node) && <Icon d={toolIcon('maximize')} />}
      </Press>
      <Press label={shown === 'none' ? t.showNode(name) : t.hideNode(name)} off={shown === null} press={chosen(toggleShown)}>
        {shown !== null && <Icon name={shown === 'none' ? 'eye-off' : 'eye'} />}
      </Press>
    </div>
  );
}

/** A place to press for the pointer; keys do the same on the row, which a reader is told. */
function Press({ label, off, press, children }: { label: string; off: boolean; press: () => void; children: ComponentChildren }) {
  const pressed = (event: MouseEvent): void => {
    if (off) return;
    event.stopPropagation();
    press();
  };
  return (
    <span class="press" aria-hidden="true" title={off ? undefined : label} onClick={pressed}>
      {children}
    </span>
  );
}
