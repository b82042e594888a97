// Every glb of a folder through the Khronos glTF validator.
// In: the folder. Out: one line of sums; exit code 1 if a file has an error or a warning.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import validator from 'gltf-validator';

const folder = process.argv[2];
const names = (await readdir(folder)).filter((name) => name.endsWith('.glb')).sort();
let errors = 0;
let warnings = 0;
for (const name of names) {
  const bytes = new Uint8Array(await readFile(join(folder, name)));
  const { issues } = await validator.validateBytes(bytes, { maxIssues: 0 });
  errors += issues.numErrors;
  warnings += issues.numWarnings;
  for (const issue of issues.messages.filter(({ severity }) => severity < 2)) {
    console.error(`${name}: ${issue.code} ${issue.pointer ?? ''} ${issue.message}`);
  }
}
console.log(`${names.length} files, ${errors} errors, ${warnings} warnings`);
process.exit(names.length > 0 && errors + warnings === 0 ? 0 : 1);
