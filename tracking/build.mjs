// Builds dist/tracking.js and fails when it is heavier than promised. `--readme` refreshes the table in README.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { argv, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { minify } from 'terser';

const BUDGET_BYTES = 5 * 1024;
// Chrome 85, Firefox 79, Safari 14 and later.
const TARGET = 'es2021';

/** @param {string} path */
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
/** @param {string | Uint8Array} content */
const gzipBytes = (content) => gzipSync(content, { level: 9 }).length;

const bundle = await build({
  entryPoints: [at('src/main.ts')],
  absWorkingDir: at('.'),
  bundle: true,
  format: 'iife',
  minify: true,
  target: TARGET,
  charset: 'utf8',
  legalComments: 'none',
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
  metafile: true,
  write: false,
});
// A second look that inlines what is used once: 5 % smaller than esbuild alone.
const { code: script = '' } = await minify(bundle.outputFiles[0]?.text ?? '', {
  ecma: 2020,
  toplevel: true,
  compress: { passes: 3, unsafe_arrows: true },
});
if (!script) throw new Error('The minifier returned nothing.');
await mkdir(at('dist'), { recursive: true });
await writeFile(at('dist/tracking.js'), script);

const rows = [];
for (const path of Object.keys(bundle.metafile.inputs)) {
  const { code } = await transform(await readFile(at(path), 'utf8'), {
    loader: 'ts',
    minify: true,
    target: TARGET,
  });
  const inBundle = Object.values(bundle.metafile.outputs)[0]?.inputs[path]?.bytesInOutput ?? 0;
  rows.push({ name: basename(path), bytes: inBundle, gzip: gzipBytes(code) });
}
rows.sort((a, b) => b.bytes - a.bytes);
const total = gzipBytes(script);
/** @param {number} count */
const number = (count) => count.toLocaleString('en-GB');
const table = [
  '| Module | Bytes in the bundle | Alone, gzip |',
  '|---|--:|--:|',
  ...rows.map((row) => `| ${row.name} | ${number(row.bytes)} | ${number(row.gzip)} |`),
  `| **tracking.js** | **${number(script.length)}** | **${number(total)}** |`,
].join('\n');
stdout.write(`${table}\n\nBudget: ${number(BUDGET_BYTES)} bytes gzip.\n`);

if (argv.includes('--readme')) {
  const readme = await readFile(at('README.md'), 'utf8');
  const marked = /(<!-- sizes -->\n)[\s\S]*(<!-- \/sizes -->)/;
  await writeFile(at('README.md'), readme.replace(marked, `$1${table}\n$2`));
}
if (total > BUDGET_BYTES) {
  stdout.write(`tracking.js is ${number(total - BUDGET_BYTES)} bytes over its budget.\n`);
  exit(1);
}
