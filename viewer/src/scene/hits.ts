// What a ray met, closer: the triangle, its side, the object's row.
//
// In: intersections as the engine tells them. Out: corners in local metres. Called by layers of tools.
import { Matrix4, Vector3, type BufferGeometry, type InstancedMesh, type Intersection, type Object3D } from 'three';
import type { Triangle } from './edges';
import { rowOf } from './features';
import type { Vec } from './pose';

export type { Intersection };

/** From a mesh, or its instance that was met, to the world. */
function matrixOf({ object, instanceId }: Intersection): Matrix4 {
  const own = new Matrix4();
  const instanced = object as Partial<InstancedMesh>;
  if (instanceId !== undefined) instanced.getMatrixAt?.(instanceId, own);
  return own.premultiply(object.matrixWorld);
}

/** Corners of the triangle that was met, in the order of the file; null for what is no mesh. */
export function triangleOf(hit: Intersection): Triangle | null {
  if (!hit.face) return null;
  const { geometry } = hit.object as Object3D & { geometry: BufferGeometry };
  const [position, matrix] = [geometry.getAttribute('position'), matrixOf(hit)];
  const corner = (at: number): Vec => new Vector3().fromBufferAttribute(position, at).applyMatrix4(matrix).toArray();
  return [corner(hit.face.a), corner(hit.face.b), corner(hit.face.c)];
}

/** The direction that the face looks in that was met, of length 1, by the order of its corners. */
export function outwardOf(hit: Intersection): Vec | null {
  const triangle = triangleOf(hit);
  if (!triangle) return null;
  const [a, b, c] = triangle.map((corner) => new Vector3(...corner)) as [Vector3, Vector3, Vector3];
  const across = b.sub(a).cross(c.sub(a));
  // A mirrored matrix turns the order of corners round.
  return across.length() === 0 ? null : across.normalize().multiplyScalar(Math.sign(matrixOf(hit).determinant())).toArray();
}

/** The content that was met, and the row of the object in its table; null where tiles know no objects. */
export function contentOf(hit: Intersection): { readonly content: Object3D; readonly row: number } | null {
  const found = rowOf(hit);
  if (!found) return null;
  let content: Object3D = hit.object;
  for (let above = content.parent; above?.userData.features === found.table; above = content.parent) content = above;
  return { content, row: found.row };
}
