// A small building model for the browser cases: two storeys of walls, slabs, columns and a room each,
// under a roof, as IFC4. Adds it to a sample community, in the place of its community centre.
// In: the folder that `tile-builder sample` wrote. Out: `house.ifc` and one more source in the plan.
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const BUILDING = 'c01';
const [LENGTH_M, WIDTH_M, STOREY_M, WALL_M, SLAB_M] = [20, 9, 3.5, 0.3, 0.3];

const lines = [];
/** Adds an entity; answers how others name it. */
function add(text) {
  lines.push(`#${lines.length + 1}=${text};`);
  return `#${lines.length}`;
}
/** A GlobalId of 22 characters that says what it is. */
const guid = (name) => `'${name.padStart(22, '0')}'`;
/** Text beyond ASCII as the format wants it (ISO 10303-21, 6.4.3.3). */
const text = (words) =>
  `'${words.replace(/[^\x20-\x7e]+/g, (part) => `\\X2\\${[...part].map((c) => c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')).join('')}\\X0\\`)}'`;
const list = (items) => `(${items.join(',')})`;
const real = (value) => (Number.isInteger(value) ? `${value}.` : String(value));

const point = (...at) => add(`IFCCARTESIANPOINT((${at.map(real).join(',')}))`);
const axes = (...at) => add(`IFCAXIS2PLACEMENT3D(${point(...at)},$,$)`);
const up = add('IFCDIRECTION((0.,0.,1.))');
const context = add(`IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,${axes(0, 0, 0)},$)`);
const units = add(`IFCUNITASSIGNMENT((${add('IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.)')}))`);
const project = add(`IFCPROJECT(${guid('project')},$,${text('样例')},$,$,$,$,(${context}),${units})`);

const placed = (above, ...at) => add(`IFCLOCALPLACEMENT(${above},${axes(...at)})`);
const shape = (kind, item) => add(`IFCPRODUCTDEFINITIONSHAPE($,$,(${add(`IFCSHAPEREPRESENTATION(${context},'Body','${kind}',(${item}))`)}))`);
function solid(profile, height_m, colour) {
  const item = add(`IFCEXTRUDEDAREASOLID(${profile},${axes(0, 0, 0)},${up},${real(height_m)})`);
  const rgb = add(`IFCCOLOURRGB($,${colour.map(real).join(',')})`);
  const style = add(`IFCSURFACESTYLE($,.BOTH.,(${add(`IFCSURFACESTYLERENDERING(${rgb},0.,$,$,$,$,$,$,.FLAT.)`)}))`);
  add(`IFCSTYLEDITEM(${item},(${style}),$)`);
  return item;
}
const rectangle = (x, y) => add(`IFCRECTANGLEPROFILEDEF(.AREA.,$,$,${real(x)},${real(y)})`);
const box = (x, y, z, colour) => shape('SweptSolid', solid(rectangle(x, y), z, colour));
/** Declared once, placed by every column. */
const round = add(`IFCREPRESENTATIONMAP(${axes(0, 0, 0)},${add(`IFCSHAPEREPRESENTATION(${context},'Body','SweptSolid',(${solid(add('IFCCIRCLEPROFILEDEF(.AREA.,$,$,0.3)'), STOREY_M - SLAB_M, [0.72, 0.2, 0.16])}))`)})`);
const unmoved = add(`IFCCARTESIANTRANSFORMATIONOPERATOR3D($,$,${point(0, 0, 0)},1.,$)`);
const column = () => shape('MappedRepresentation', add(`IFCMAPPEDITEM(${round},${unmoved})`));

const aggregate = (name, whole, parts) => add(`IFCRELAGGREGATES(${guid(name)},$,$,$,${whole},${list(parts)})`);
const ground = placed('$', 0, 0, 0);
const site = add(`IFCSITE(${guid('site')},$,$,$,$,${ground},$,$,.ELEMENT.,$,$,$,$,$)`);
const building = add(`IFCBUILDING(${guid('building')},$,${text('社区服务中心')},$,$,${ground},$,$,.ELEMENT.,$,$,$)`);
aggregate('hasSite', project, [site]);
aggregate('hasBuilding', site, [building]);

const [RENDER, CONCRETE, TILES] = [[0.87, 0.84, 0.78], [0.6, 0.6, 0.58], [0.35, 0.38, 0.42]];

/** One storey with what stands on it; columns stand in front of the south wall and inside. */
function storey(number) {
  const place = placed(ground, 0, 0, (number - 1) * STOREY_M);
  const self = add(`IFCBUILDINGSTOREY(${guid(`storey${number}`)},$,${text(`${number}层`)},$,$,${place},$,$,.ELEMENT.,${real((number - 1) * STOREY_M)})`);
  const at = (...where) => placed(place, ...where);
  const wall = (name, x, y, length, width) =>
    add(`IFCWALL(${guid(`wall${number}${name}`)},$,${text(`外墙 ${name}`)},$,$,${at(x, y, SLAB_M)},${box(length, width, STOREY_M - SLAB_M, RENDER)},$,$)`);
  const [x, y] = [(LENGTH_M - WALL_M) / 2, (WIDTH_M - WALL_M) / 2];
  const columns = [-y - 1, 0].flatMap((row, i) =>
    [-8, -4, 0, 4, 8].map((along, j) => add(`IFCCOLUMN(${guid(`column${number}${i}${j}`)},$,${text(`柱 ${i + 1}-${j + 1}`)},$,$,${at(along, row, SLAB_M)},${column()},'C${i}${j}',$)`)),
  );
  const elements = [
    add(`IFCSLAB(${guid(`slab${number}`)},$,${text('楼板')},$,$,${at(0, 0, 0)},${box(LENGTH_M, WIDTH_M, SLAB_M, CONCRETE)},$,.FLOOR.)`),
    wall('S', 0, -y, LENGTH_M, WALL_M), wall('N', 0, y, LENGTH_M, WALL_M), wall('W', -x, 0, WALL_M, WIDTH_M - 2 * WALL_M), wall('E', x, 0, WALL_M, WIDTH_M - 2 * WALL_M),
    ...columns,
  ];
  if (number === 2) elements.push(add(`IFCROOF(${guid('roof')},$,${text('屋面')},$,$,${at(0, 0, STOREY_M)},${box(LENGTH_M + 1, WIDTH_M + 1, SLAB_M, TILES)},$,.FLAT_ROOF.)`));
  add(`IFCRELCONTAINEDINSPATIALSTRUCTURE(${guid(`holds${number}`)},$,$,$,${list(elements)},${self})`);
  const space = add(`IFCSPACE(${guid(`space${number}`)},$,'${number}01',$,$,${at(0, 0, SLAB_M)},${box(LENGTH_M - 2 * WALL_M, WIDTH_M - 2 * WALL_M, STOREY_M - 2 * SLAB_M, CONCRETE)},${text('活动室')},.ELEMENT.,.INTERNAL.,$)`);
  aggregate(`hasSpace${number}`, self, [space]);
  const value = (name, of) => add(`IFCPROPERTYSINGLEVALUE(${name},$,${of},$)`);
  const properties = [value("'LoadBearing'", 'IFCBOOLEAN(.T.)'), value(text('混凝土强度'), 'IFCLABEL(\'C30\')'), value(text('直径'), 'IFCREAL(0.6)')];
  const set = add(`IFCPROPERTYSET(${guid(`set${number}`)},$,'Pset_ColumnCommon',$,${list(properties)})`);
  add(`IFCRELDEFINESBYPROPERTIES(${guid(`says${number}`)},$,$,$,${list(columns)},${set})`);
  return self;
}

aggregate('hasStoreys', building, [storey(1), storey(2)]);

const folder = process.argv[2];
const { features } = JSON.parse(await readFile(join(folder, 'footprints.geojson'), 'utf8'));
const { geometry, properties } = features.find((feature) => feature.properties.id === BUILDING);
const corners = geometry.coordinates[0].slice(0, 4);
const [longitude, latitude] = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 4);
// Along the footprint's first side.
const [[fromEast, fromNorth], [toEast, toNorth]] = corners;
const heading = -(Math.atan2(toNorth - fromNorth, (toEast - fromEast) * Math.cos((latitude * Math.PI) / 180)) * 180) / Math.PI;

await writeFile(
  join(folder, 'house.ifc'),
  ['ISO-10303-21;', 'HEADER;', "FILE_DESCRIPTION((''),'2;1');", "FILE_NAME('house.ifc','2026-01-01T00:00:00',(''),(''),'','','');", "FILE_SCHEMA(('IFC4'));", 'ENDSEC;', 'DATA;', ...lines, 'ENDSEC;', 'END-ISO-10303-21;', ''].join('\n'),
);
await appendFile(
  join(folder, 'community.toml'),
  `
[[source]]
id = "house"
kind = "ifc"
path = "house.ifc"
crs = "ENU:${latitude},${longitude}"
crs_origin = [0.0, 0.0, ${properties.ground_m}]
heading_deg = ${heading.toFixed(3)}
building = "${BUILDING}"
`,
);
