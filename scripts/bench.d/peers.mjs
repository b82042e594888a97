// Purpose: run gltfpack or obj2gltf over many files in one process, so that Node's start, which would
//          cost more than the work on a small file, counts once.
// Inputs:  the folder with `node_modules`, `gltfpack` or `obj2gltf`, a JSON file
//          {"args": […], "files": [[input, output], …]}.
// Outputs: the GLB files; for each input that is refused, a line with the reason, and exit code 1.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, tool, list] = process.argv.slice(2);
const { args, files } = JSON.parse(fs.readFileSync(list, 'utf8'));
const modules = path.join(folder, 'node_modules');

async function gltfpack() {
  const { pack } = await import(pathToFileURL(path.join(modules, 'gltfpack/library.js')).href);
  const disk = { read: (file) => fs.readFileSync(file), write: (file, data) => fs.writeFileSync(file, data) };
  return (input, output) => pack([...args, '-i', input, '-o', output], disk);
}

async function obj2gltf() {
  const convert = createRequire(path.join(modules, 'x.js'))('obj2gltf');
  return async (input, output) => fs.writeFileSync(output, await convert(input, { binary: true }));
}

const convert = await (tool === 'gltfpack' ? gltfpack() : obj2gltf());
for (const [input, output] of files) {
  try {
    await convert(input, output);
  } catch (error) {
    console.error(`${path.basename(input)}: ${String(error.message ?? error).trim()}`);
    process.exitCode = 1;
  }
}
