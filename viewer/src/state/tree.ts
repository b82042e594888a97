// The tree of everything in the place: community, zones, buildings, their models, storeys, classes,
// elements and spaces; devices by kind, projects of renewal, and residents' reports by kind. What it shows, hides, isolates and flies to.
//
// In: lists of the session and the model layer; what a storey holds, asked when it is opened; what is
// open and searched for. Out: rows in order, made anew on a change; which are drawn is the panel's.
import { batch, computed, signal } from '@preact/signals-core';
import { getStoreyParts } from '../api/search';
import type { LocalBox, LocalizedText, ModelObject } from '../api/types';
import { named } from '../i18n';
import { goToBuilding, goToDeviceId, select } from './actions';
import { goToElement, isolate as isolateStorey, isolated, modelBuildings, storeys } from './bim';
import { devices, hiddenKinds, kindsInUse } from './devices';
import { classRule, hiddenParts } from './hiding';
import { models, shownModels, showModel, toggleModel } from './models';
import { hidden, selection } from './selection';
import { projects, projectsShown } from './projects';
import { hiddenReportKinds, reportKinds, reportKindsInUse, reports, reportsShown } from './reports';
import { buildings, kinds, publication, zones } from './session';
import { language } from './settings';
import { want } from './tools';
import { command } from './view';

export type NodeKind = 'community' | 'zone' | 'building' | 'model' | 'storey' | 'class' | 'element' | 'devices' | 'kind' | 'device' | 'projects' | 'project' | 'reports' | 'report-kind';

export interface TreeNode {
  /** One of a kind in the whole tree. */
  readonly key: string;
  readonly kind: NodeKind;
  readonly name: LocalizedText | null | undefined;
  /** What it is called where it has no name; for a class its name in the standard. */
  readonly fallback: string;
  readonly count: number | null;
  readonly bounds: LocalBox | null;
  readonly object?: ModelObject;
  /** The storey of a class. */
  readonly storey?: string;
}

export interface TreeRow {
  readonly node: TreeNode;
  readonly level: number;
  readonly expandable: boolean;
  readonly open: boolean;
  readonly at: number;
  readonly of: number;
}

export const openNodes = signal<ReadonlySet<string>>(new Set(['community']));
export const treeText = signal('');
/** Elements and spaces of storeys that were opened; `failed` where the server did not answer. */
export const storeyParts = signal<ReadonlyMap<string, readonly ModelObject[] | 'failed'>>(new Map());

const plain = (object: ModelObject, kind: NodeKind, count: number | null): TreeNode => ({
  key: object.id,
  kind,
  name: object.name,
  fallback: object.id.replace(/^(zone|building)\//, ''),
  count,
  bounds: object.bounds,
  object,
});

const inOrder = (list: readonly TreeNode[]): TreeNode[] => {
  const collator = new Intl.Collator(language.value === 'zh' ? 'zh-CN' : 'en', { numeric: true });
  return [...list].sort((a, b) => collator.compare(labelOf(a), labelOf(b)));
};

export const labelOf = ({ name, fallback }: TreeNode): string => named(name, language.value, fallback);

const modelsOf = (building: string): number => models.value.filter(({ replaces }) => replaces.includes(building)).length;
const buildingNode = (one: ModelObject): TreeNode => plain(one, 'building', modelsOf(one.id) || null);

function modelNode(source: string): TreeNode | null {
  const model = models.value.find((one) => one.source === source);
  const own = modelBuildings.value.get(source);
  return model ? { key: `model:${source}`, kind: 'model', name: own?.name, fallback: source, count: storeys.value?.get(source)?.length ?? null, bounds: model.bounds } : null;
}

const roots = (): TreeNode[] => {
  const community = publication.value?.catalog.community;
  if (!community) return [];
  const box = publication.value?.catalog.scenes[0]?.bounds ?? null;
  const all: TreeNode = { key: 'community', kind: 'community', name: community.name, fallback: community.id, count: buildings.value.length, bounds: box };
  return [
    all,
    { key: 'devices', kind: 'devices', name: null, fallback: '', count: devices.value.size, bounds: null },
    // How many there are is known once they were asked for.
    { key: 'projects', kind: 'projects', name: null, fallback: '', count: projects.value.size || null, bounds: null },
    { key: 'reports', kind: 'reports', name: null, fallback: '', count: reports.value.size || null, bounds: null },
  ];
};

/** What is below a node; null while it is asked for. */
export function childrenOf(node: TreeNode): readonly TreeNode[] | null {
  switch (node.kind) {
    case 'community': {
      const known = new Set(zones.value.map(({ id }) => id));
      const stray = buildings.value.filter(({ zone }) => !zone || !known.has(zone));
      const alone = models.value.filter(({ replaces }) => !replaces.some((id) => buildings.value.some((one) => one.id === id)));
      return [
        ...inOrder(zones.value.map((zone) => plain(zone, 'zone', buildings.value.filter((one) => one.zone === zone.id).length))),
        ...inOrder(stray.map(buildingNode)),
        ...alone.flatMap(({ source }) => modelNode(source) ?? []),
      ];
    }
    case 'zone':
      return inOrder(buildings.value.filter(({ zone }) => zone === node.key).map(buildingNode));
    case 'building':
      return models.value.filter(({ replaces }) => replaces.includes(node.key)).flatMap(({ source }) => modelNode(source) ?? []);
    case 'model':
      return (storeys.value?.get(node.key.slice('model:'.length)) ?? []).map((storey) => plain(storey, 'storey', partsOf(storey.id)?.length ?? null));
    case 'storey': {
      const parts = partsOf(node.key);
      return parts ? classesOf(node.key, parts) : null;
    }
    case 'class':
      return inOrder((partsOf(node.storey ?? '') ?? []).filter(({ bim }) => bim?.ifc_class === node.fallback).map((part) => plain(part, 'element', null)));
    case 'devices':
      return kindsInUse.value.map(({ id, count }) => ({ key: `kind:${id}`, kind: 'kind', name: kinds.value.get(id)?.name, fallback: id, count, bounds: null }));
    case 'projects':
      return inOrder([...projects.value.values()].map(({ id, name, bounds }) => ({ key: `project:${id}`, kind: 'project', name, fallback: `#${id}`, count: null, bounds: bounds ?? null })));
    case 'reports':
      return reportKindsInUse.value.map(({ id, count }) => ({ key: `report-kind:${id}`, kind: 'report-kind', name: reportKinds.value.get(id)?.name, fallback: id, count, bounds: null }));
    case 'kind':
      return inOrder([...devices.value.values()].filter(({ kind }) => `kind:${kind}` === node.key).map((device) => ({ key: `device:${device.id}`, kind: 'device', name: device.name, fallback: device.id, count: null, bounds: null })));
    default:
      return [];
  }
}

function partsOf(storey: string): readonly ModelObject[] | null {
  const parts = storeyParts.value.get(storey);
  return parts && parts !== 'failed' ? parts : null;
}

function classesOf(storey: string, parts: readonly ModelObject[]): TreeNode[] {
  const count = new Map<string, number>();
  for (const { bim } of parts) if (bim) count.set(bim.ifc_class, (count.get(bim.ifc_class) ?? 0) + 1);
  return [...count].sort(([a], [b]) => (a < b ? -1 : 1)).map(([ifcClass, n]) => ({ key: classRule(storey, ifcClass), kind: 'class', name: null, fallback: ifcClass, count: n, bounds: null, storey }));
}

/** Whether there is something below, without making it. */
function isExpandable(node: TreeNode): boolean {
  if (['element', 'device', 'project', 'report-kind'].includes(node.kind)) return false;
  if (node.kind === 'storey') return true;
  return node.kind === 'model' ? (node.count ?? 0) > 0 : (node.count ?? 0) > 0;
}

/** The rows from top to bottom. A search opens what holds matches, as far as it is known. */
export const treeRows = computed<readonly TreeRow[]>(() => rowsOf(roots(), openNodes.value, treeText.value.trim().toLowerCase()));

export function rowsOf(list: readonly TreeNode[], open: ReadonlySet<string>, text: string, level = 1): TreeRow[] {
  const rows: TreeRow[] = [];
  list.forEach((node, i) => {
    const expandable = isExpandable(node);
    const isOpen = expandable && (open.has(node.key) || text !== '');
    const below = isOpen ? rowsOf(childrenOf(node) ?? [], open, text, level + 1) : [];
    const fits = text === '' || `${labelOf(node)} ${node.fallback}`.toLowerCase().includes(text);
    if (!fits && below.length === 0) return;
    rows.push({ node, level, expandable, open: isOpen, at: i + 1, of: list.length });
    // `push(...below)` would overflow the stack with a hundred thousand rows.
    for (const row of below) rows.push(row);
  });
  return rows;
}

/** Opens or closes a node, and asks for what it holds. */
export function setOpen(node: TreeNode, open: boolean): void {
  const next = new Set(openNodes.peek());
  if (open) next.add(node.key);
  else next.delete(node.key);
  openNodes.value = next;
  if (open && node.kind === 'storey') loadStorey(node.key);
}

let ofVersion = '';

function loadStorey(storey: string): void {
  const version = publication.peek()?.version ?? '';
  if (ofVersion !== version) storeyParts.value = new Map();
  ofVersion = version;
  const known = storeyParts.peek().get(storey);
  if (known && known !== 'failed') return;
  const put = (parts: readonly ModelObject[] | 'failed'): void => {
    if (publication.peek()?.version === version) storeyParts.value = new Map(storeyParts.peek()).set(storey, parts);
  };
  // The storey belongs to itself.
  getStoreyParts(storey).then((list) => put(list.filter(({ id }) => id !== storey)), () => put('failed'));
}

const buildingsOf = (node: TreeNode): string[] =>
  node.kind === 'building' ? [node.key] : buildings.peek().filter(({ zone }) => node.kind === 'community' || zone === node.key).map(({ id }) => id);

/** How much of a node is drawn; null where that cannot be chosen. */
export function shownState(node: TreeNode): 'all' | 'some' | 'none' | null {
  const share = (gone: number, all: number): 'all' | 'some' | 'none' => (gone === 0 ? 'all' : gone >= all ? 'none' : 'some');
  switch (node.kind) {
    case 'community':
    case 'zone': {
      const own = buildings.value.filter(({ zone }) => node.kind === 'community' || zone === node.key);
      return own.length === 0 ? null : share(own.filter(({ id }) => hidden.value.has(id)).length, own.length);
    }
    case 'building':
      return hidden.value.has(node.key) ? 'none' : 'all';
    case 'model':
      return shownModels.value.some(({ source }) => `model:${source}` === node.key) ? 'all' : 'none';
    case 'devices':
      return kindsInUse.value.length === 0 ? null : share(kindsInUse.value.filter(({ id }) => hiddenKinds.value.has(id)).length, kindsInUse.value.length);
    case 'kind':
      return hiddenKinds.value.has(node.key.slice('kind:'.length)) ? 'none' : 'all';
    case 'device':
    case 'project':
      return null;
    case 'projects':
      return projectsShown.value ? 'all' : 'none';
    case 'reports':
      return reportsShown.value ? share(reportKindsInUse.value.filter(({ id }) => hiddenReportKinds.value.has(id)).length, Math.max(1, reportKindsInUse.value.length)) : 'none';
    case 'report-kind':
      return !reportsShown.value || hiddenReportKinds.value.has(node.key.slice('report-kind:'.length)) ? 'none' : 'all';
    default:
      return hiddenParts.value.has(node.key) ? 'none' : 'all';
  }
}

function changed(set: ReadonlySet<string>, ids: readonly string[], put: boolean): ReadonlySet<string> {
  const next = new Set(set);
  for (const id of ids) if (put) next.add(id);
  else next.delete(id);
  return next;
}

/** Hides a node that is drawn in whole or part, or shows it. */
export function toggleShown(node: TreeNode): void {
  const state = shownState(node);
  if (state === null) return;
  const hide = state !== 'none';
  if (node.kind === 'reports') showReports(!hide);
  else if (node.kind === 'projects') projectsShown.value = !hide;
  else if (node.kind === 'report-kind') {
    hiddenReportKinds.value = changed(hiddenReportKinds.peek(), [node.key.slice('report-kind:'.length)], hide);
    if (!hide) reportsShown.value = true;
  } else if (node.kind === 'model') toggleModel(node.key.slice('model:'.length));
  else if (node.kind === 'devices') hiddenKinds.value = changed(hiddenKinds.peek(), kindsInUse.peek().map(({ id }) => id), hide);
  else if (node.kind === 'kind') hiddenKinds.value = changed(hiddenKinds.peek(), [node.key.slice('kind:'.length)], hide);
  else if (['community', 'zone', 'building'].includes(node.kind)) hidden.value = changed(hidden.peek(), buildingsOf(node), hide);
  else hiddenParts.value = changed(hiddenParts.peek(), [node.key], hide);
}

/** Reports stand in the scene when they are wanted there, and are fetched then. */
function showReports(show: boolean): void {
  if (show) want('desk');
  [reportsShown.value, hiddenReportKinds.value] = [show, new Set()];
}

export const canIsolate = ({ kind }: TreeNode): boolean => ['zone', 'building', 'model', 'storey', 'class', 'kind', 'report-kind'].includes(kind);

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((one) => b.has(one));

/** Shows a node without its like; everything again if that is how it was. */
export function isolateNode(node: TreeNode): void {
  const only = (now: ReadonlySet<string>, all: readonly string[], keep: readonly string[]): ReadonlySet<string> => {
    const rest = new Set(all.filter((id) => !keep.includes(id)));
    return sameSet(now, rest) ? new Set() : rest;
  };
  batch(() => {
    if (node.kind === 'storey' && node.object) isolateStorey(node.object);
    else if (node.kind === 'kind') hiddenKinds.value = only(hiddenKinds.peek(), kindsInUse.peek().map(({ id }) => id), [node.key.slice('kind:'.length)]);
    else if (node.kind === 'report-kind') {
      hiddenReportKinds.value = only(hiddenReportKinds.peek(), reportKindsInUse.peek().map(({ id }) => id), [node.key.slice('report-kind:'.length)]);
      reportsShown.value = true;
    } else if (node.kind === 'class') isolateClass(node);
    else if (node.kind === 'model') {
      const model = models.peek().find(({ source }) => `model:${source}` === node.key);
      showModel(model?.source ?? '');
      hidden.value = only(hidden.peek(), buildings.peek().map(({ id }) => id), model?.replaces ?? []);
    } else if (canIsolate(node)) hidden.value = only(hidden.peek(), buildings.peek().map(({ id }) => id), buildingsOf(node));
  });
}

function isolateClass(node: TreeNode): void {
  const storey = [...(storeys.peek()?.values() ?? [])].flat().find(({ id }) => id === node.storey);
  const others = (partsOf(node.storey ?? '') ?? []).flatMap(({ bim }) => (bim && bim.ifc_class !== node.fallback ? [classRule(node.storey ?? '', bim.ifc_class)] : []));
  const already = others.length > 0 && others.every((rule) => hiddenParts.peek().has(rule));
  hiddenParts.value = changed(changed(hiddenParts.peek(), others, !already), [node.key], false);
  if (storey && (isolated.peek()?.storey !== storey.id || already)) isolateStorey(storey);
}

/** Goes to a node, and selects it if it can be selected. */
export function goTo(node: TreeNode): void {
  if (node.kind === 'device') goToDeviceId(node.key.slice('device:'.length));
  else if (node.kind === 'building' && node.object) goToBuilding(node.object);
  else if (node.kind === 'element' && node.object) goToElement(node.object);
  else if (node.kind === 'project') goToProject(node);
  else {
    const box = node.bounds ?? boxAround(node);
    if (node.kind === 'model' || node.kind === 'storey' || node.kind === 'class') {
      const source = node.kind === 'model' ? node.key.slice('model:'.length) : (node.storey ?? node.key).replace(/\/[^/]*$/, '');
      showModel(source);
    }
    if (node.kind === 'community') command({ do: 'home' });
    else if (box) command({ do: 'box', box, away: 1.1 });
  }
}

function goToProject({ key, bounds }: TreeNode): void {
  select({ type: 'project', id: key.slice('project:'.length), spot: null });
  if (bounds) command({ do: 'box', box: bounds });
}

/** The box around what has none of its own. */
function boxAround(node: TreeNode): LocalBox | null {
  const boxes =
    node.kind === 'class'
      ? (partsOf(node.storey ?? '') ?? []).filter(({ bim }) => bim?.ifc_class === node.fallback).map(({ bounds }) => bounds)
      : node.kind === 'reports' || node.kind === 'report-kind'
        ? [...reports.peek().values()].flatMap(({ kind, place: { position } }) => (position && (node.kind === 'reports' || `report-kind:${kind}` === node.key) ? [{ min: position, max: position }] : []))
        : node.kind === 'projects'
          ? [...projects.peek().values()].flatMap(({ bounds }) => bounds ?? [])
          : [...devices.peek().values()].filter(({ kind }) => node.kind === 'devices' || `kind:${kind}` === node.key).map(({ position }) => ({ min: position, max: position }));
  return boxes.reduce<LocalBox | null>((sum, box) => {
    if (!sum) return box;
    const pick = (of: (a: number, b: number) => number, end: 'min' | 'max') => ({ east_m: of(sum[end].east_m, box[end].east_m), north_m: of(sum[end].north_m, box[end].north_m), up_m: of(sum[end].up_m, box[end].up_m) });
    return { min: pick(Math.min, 'min'), max: pick(Math.max, 'max') };
  }, null);
}

/** The key of what is selected. */
export const selectedKey = computed(() => {
  const now = selection.value;
  if (!now || now.type === 'ground') return null;
  return ['device', 'project', 'report'].includes(now.type) ? `${now.type}:${now.id}` : now.id;
});
