// Purpose: what web-ifc meshes of an IFC file. Run by `ifc_oracle.py` and `ifc_cost.py`.
// Inputs:  the folder with `node_modules`, an IFC file; `--count` to mesh alone, which is timed.
// Outputs: one JSON line for each product: STEP id, class, triangles, bounds (metres, world coordinates of
//          the file), area, colours as sRGB bytes; with `--count` one line with the sums.
//          web-ifc leaves spaces out unless asked; they are asked for, except with `--count`.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [folder, file, option] = process.argv.slice(2);
const WebIfc = createRequire(path.join(path.resolve(folder), 'node_modules/x.js'))('web-ifc');
const api = new WebIfc.IfcAPI();
await api.Init();
api.SetLogLevel(WebIfc.LogLevel.LOG_LEVEL_OFF);
const model = api.OpenModel(new Uint8Array(fs.readFileSync(file)), { COORDINATE_TO_ORIGIN: false });
if (model < 0) throw new Error('web-ifc does not open the file');

function* parts(mesh) {
  for (let i = 0; i < mesh.geometries.size(); i += 1) {
    const placed = mesh.geometries.get(i);
    const geometry = api.GetGeometry(model, placed.geometryExpressID);
    yield {
      placed,
      vertices: api.GetVertexArray(geometry.GetVertexData(), geometry.GetVertexDataSize()),
      indices: api.GetIndexArray(geometry.GetIndexData(), geometry.GetIndexDataSize()),
    };
    geometry.delete();
  }
}

function count(mesh, sums) {
  for (const part of parts(mesh)) sums.triangles += part.indices.length / 3;
  sums.products += 1;
}

// Y is up in what web-ifc returns; in the file it is Z.
function place(vertices, m) {
  const points = new Float64Array(vertices.length / 2);
  for (let from = 0, to = 0; from < vertices.length; from += 6, to += 3) {
    const [x, y, z] = [vertices[from], vertices[from + 1], vertices[from + 2]];
    points[to] = m[0] * x + m[4] * y + m[8] * z + m[12];
    points[to + 1] = -(m[2] * x + m[6] * y + m[10] * z + m[14]);
    points[to + 2] = m[1] * x + m[5] * y + m[9] * z + m[13];
  }
  return points;
}

function area(points, a, b, c) {
  const u = [0, 1, 2].map((axis) => points[3 * b + axis] - points[3 * a + axis]);
  const v = [0, 1, 2].map((axis) => points[3 * c + axis] - points[3 * a + axis]);
  return Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]) / 2;
}

function describe(mesh) {
  const row = { step_id: mesh.expressID, class: api.GetNameFromTypeCode(api.GetLineType(model, mesh.expressID)),
    triangles: 0, min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity], area_m2: 0 };
  const colours = new Map();
  for (const { placed, vertices, indices } of parts(mesh)) {
    const points = place(vertices, placed.flatTransformation);
    const { x, y, z, w } = placed.color;
    const colour = [x, y, z, w].map((v) => Math.round(255 * Math.min(Math.max(v, 0), 1)));
    colours.set(colour.join(), colour);
    row.triangles += indices.length / 3;
    for (let i = 0; i < indices.length; i += 3) row.area_m2 += area(points, ...indices.subarray(i, i + 3));
    for (const index of indices) {
      for (let axis = 0; axis < 3; axis += 1) {
        row.min[axis] = Math.min(row.min[axis], points[3 * index + axis]);
        row.max[axis] = Math.max(row.max[axis], points[3 * index + axis]);
      }
    }
  }
  row.colours = [...colours.keys()].sort().map((key) => colours.get(key));
  if (row.triangles > 0) console.log(JSON.stringify(row));
}

const sums = { products: 0, triangles: 0 };
const visit = option === '--count' ? (mesh) => count(mesh, sums) : describe;
api.StreamAllMeshes(model, visit);
if (option === '--count') {
  console.log(JSON.stringify(sums));
} else {
  const spaces = api.GetLineIDsWithType(model, WebIfc.IFCSPACE);
  const ids = Array.from({ length: spaces.size() }, (_, i) => spaces.get(i));
  if (ids.length > 0) api.StreamMeshes(model, ids, visit);
}
