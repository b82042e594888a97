// Holds the direction in which modules may know one another, by reading their imports.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What each folder may import besides itself. Data flows api → state → layers → scene. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  api: [],
  i18n: ['api'],
  state: ['api', 'i18n'],
  scene: [],
  layers: ['api', 'state', 'scene'],
  tools: ['state'],
  panels: ['api', 'i18n', 'state'],
  app: ['layers', 'panels', 'scene', 'state', 'tools'],
  // The wall is an application of its own; of the other it takes the hooks for tests.
  wall: ['api', 'app', 'i18n', 'layers', 'panels', 'scene', 'state'],
  // So is the residents' page; what draws is taken from the others, and comes when it is wanted.
  resident: ['api', 'app', 'i18n', 'layers', 'scene', 'state'],
  // And so are the pages of those who work on renewal, which show no scene and take from it only where on the Earth it is.
  renewal: ['api', 'i18n', 'panels', 'scene', 'state'],
  '.': ['app', 'renewal', 'resident', 'styles', 'wall'],
};

interface File {
  readonly path: string;
  readonly folder: string;
  readonly imports: readonly string[];
}

/** The first folder of a path; `.` for the files beside main. */
function top(path: string): string {
  const [first = ''] = path.split('/');
  return first === '' ? '.' : first;
}

function files(folder: string): File[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    if (!/\.tsx?$/.test(entry.name) || /\.(test|gen)\.ts$/.test(entry.name)) return [];
    const text = readFileSync(path, 'utf8');
    const imports = [...text.matchAll(/(?:from|import) '([^']+)'/g)].map((m) => m[1] ?? '');
    return [{ path: relative(SRC, path), folder: top(relative(SRC, folder)), imports }];
  });
}

const ALL = files(SRC);

test('every_module_imports_only_in_the_allowed_direction', () => {
  const wrong = ALL.flatMap(({ path, folder, imports }) =>
    imports
      .filter((name) => name.startsWith('.') && !name.endsWith('.json'))
      .map((name) => top(relative(SRC, join(SRC, dirname(path), name))))
      .filter((target) => target !== folder && !path.startsWith(`${target}.`) && !(MAY_IMPORT[folder] ?? []).includes(target))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('pages_without_a_scene_take_from_it_only_where_it_is', () => {
  const taken = ALL.filter(({ folder }) => folder === 'renewal').flatMap(({ imports }) => imports.filter((name) => name.includes('/scene/')));
  expect([...new Set(taken)]).toEqual(['../../scene/georef']);
});

test('only_the_adapter_knows_the_tiles_library', () => {
  expect(ALL.filter(({ imports }) => imports.some((name) => name.startsWith('3d-tiles-renderer'))).map(({ path }) => path)).toEqual(['scene/tiles.ts']);
});

test('state_tools_and_panels_know_no_engine', () => {
  const free = ALL.filter(({ folder }) => !['scene', 'layers', 'app'].includes(folder));
  expect(free.filter(({ imports }) => imports.some((name) => name.startsWith('three'))).map(({ path }) => path)).toEqual([]);
});

test('the_core_knows_no_user_interface_library', () => {
  const core = ALL.filter(({ folder }) => ['api', 'i18n', 'state', 'scene', 'layers', 'tools'].includes(folder));
  expect(core.filter(({ imports }) => imports.some((name) => /^(preact|@preact\/signals)(\/|$)/.test(name))).map(({ path }) => path)).toEqual([]);
});

test('every_module_opens_by_saying_what_it_is', () => {
  expect(ALL.filter(({ path }) => !readFileSync(join(SRC, path), 'utf8').startsWith('// ')).map(({ path }) => path)).toEqual([]);
});

test('no_module_names_another_host', () => {
  const links = ALL.filter(({ path }) => /https?:\/\/(?!127\.0\.0\.1)/.test(readFileSync(join(SRC, path), 'utf8')));
  expect(links.map(({ path }) => path)).toEqual([]);
});

test('what_comes_later_to_residents_is_bound_to_its_signals', () => {
  const text = (name: string): string => readFileSync(join(SRC, 'resident', name), 'utf8');
  const wanted = /lazy\(\(\) => import\('\.\/(\w+)'\)/g;
  const later = readdirSync(join(SRC, 'resident')).flatMap((name) => [...text(name).matchAll(wanted)].map(([, part]) => `${part}.tsx`));
  expect(later.length).toBeGreaterThan(8);
  expect(later.filter((name) => !/(from|import) '@preact\/signals'/.test(text(name)))).toEqual([]);
});
