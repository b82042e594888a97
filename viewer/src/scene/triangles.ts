// Triangles of loaded contents, in the world.
//
// In: engine objects with feature ids. Out: triangles in local metres. Called by scene/marked and
// scene/walls.
import { InstancedMesh, Matrix4, Vector3, type Mesh, type Object3D } from 'three';
import type { Triangle } from './edges';
import { rowAt, tableOf } from './features';
import type { Vec } from './pose';

/** Goes through the triangles of a content, of one row of its table if one is named, at most so many. */
export function trianglesOf(scene: Object3D, row: number | null, most: number): Triangle[] {
  const found: Triangle[] = [];
  const table = tableOf(scene);
  scene.updateWorldMatrix(true, true);
  scene.traverse((part) => {
    if (!('isMesh' in part) || found.length >= most) return;
    const mesh = part as Mesh;
    if (row !== null && part.userData.features !== table) return;
    if (mesh instanceof InstancedMesh) {
      const [own, world] = [new Matrix4(), new Matrix4()];
      for (let at = 0; at < mesh.count && found.length < most; at++) {
        if (row !== null && rowAt(mesh, at) !== row) continue;
        mesh.getMatrixAt(at, own);
        collect(mesh, world.multiplyMatrices(mesh.matrixWorld, own), null, found, most);
      }
    } else collect(mesh, mesh.matrixWorld, row, found, most);
  });
  return found;
}

function collect(mesh: Mesh, matrix: Matrix4, row: number | null, found: Triangle[], most: number): void {
  const { geometry } = mesh;
  const [index, position] = [geometry.getIndex(), geometry.getAttribute('position')];
  const v = new Vector3();
  const corner = (at: number): Vec => {
    v.fromBufferAttribute(position, at).applyMatrix4(matrix);
    return [v.x, v.y, v.z];
  };
  const count = index?.count ?? position.count;
  for (let i = 0; i + 2 < count && found.length < most; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => index?.getX(i + k) ?? i + k) as [number, number, number];
    if (row === null || rowAt(mesh, a) === row) found.push([corner(a), corner(b), corner(c)]);
  }
}
