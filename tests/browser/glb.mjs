// Every glb of a folder through the Khronos glTF validator.
// In: the folder. Out: one line of sums; exit code 1 if a file has an error or a warning.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import validator from 'gltf-validator';

/** What KHR_texture_basisu prescribes, and the validator, which does not know it, warns of. */
function isKtx2(issue) {
  return (issue.code === 'VALUE_NOT_IN_LIST' && issue.message.includes("'image/ktx2'")) || issue.code === 'IMAGE_UNRECOGNIZED_FORMAT';
}

/** Whether a glb says that its pictures are KTX2. */
function requiresKtx2(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
  const json = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + length)));
  return json.extensionsRequired?.includes('KHR_texture_basisu') && json.images.every(({ mimeType }) => mimeType === 'image/ktx2');
}

const folder = process.argv[2];
const names = (await readdir(folder)).filter((name) => name.endsWith('.glb')).sort();
let errors = 0;
let warnings = 0;
for (const name of names) {
  const bytes = new Uint8Array(await readFile(join(folder, name)));
  const { issues } = await validator.validateBytes(bytes, { maxIssues: 0 });
  const ktx2 = requiresKtx2(bytes);
  const counted = issues.messages.filter((issue) => issue.severity < 2 && !(ktx2 && isKtx2(issue)));
  errors += counted.filter(({ severity }) => severity === 0).length;
  warnings += counted.filter(({ severity }) => severity === 1).length;
  for (const issue of counted) {
    console.error(`${name}: ${issue.code} ${issue.pointer ?? ''} ${issue.message}`);
  }
}
console.log(`${names.length} files, ${errors} errors, ${warnings} warnings`);
process.exit(names.length > 0 && errors + warnings === 0 ? 0 : 1);
