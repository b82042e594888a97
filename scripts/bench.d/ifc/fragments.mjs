// Purpose: write an IFC file as `@thatopen/fragments` does by default. Run by `ifc_peers.py`.
// Inputs:  the folder with `node_modules`, an IFC file, the file to write.
// Outputs: a `.frag` file, compressed as its importer compresses it.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, input, output] = process.argv.slice(2);
const modules = path.resolve(folder, 'node_modules');
const { IfcImporter } = await import(pathToFileURL(path.join(modules, '@thatopen/fragments/dist/index.mjs')).href);
const importer = new IfcImporter();
importer.wasm = { path: path.join(modules, 'web-ifc/'), absolute: true };
const bytes = new Uint8Array(fs.readFileSync(input));
fs.writeFileSync(output, await importer.process({ bytes }));
