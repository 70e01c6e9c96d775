// Builds dist/ and fails when tracking.js is heavier than promised. `--readme` refreshes the table in README.md,
// `--publish` keeps what was built in published/, so that its address works for ever; `--check` fails where it is not kept.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
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
/** @param {string} script */
const integrityOf = (script) => `sha384-${createHash('sha384').update(script).digest('base64')}`;

/**
 * @param {string} entry
 * @param {Readonly<Record<string, string>>} constants what the build sets in the source
 * @param {RegExp} [mangleProps] properties to be given shorter names
 */
const bundle = async (entry, constants, mangleProps) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [at(entry)],
    absWorkingDir: at('.'),
    bundle: true,
    format: 'iife',
    minify: true,
    target: TARGET,
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
    define: Object.fromEntries(
      Object.entries(constants).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    ...(mangleProps ? { mangleProps } : {}),
    metafile: true,
    write: false,
  });
  // A second look that inlines what is used once: 5 % smaller than esbuild alone.
  const { code: script = '' } = await minify(outputFiles[0]?.text ?? '', {
    ecma: 2020,
    toplevel: true,
    // Found by trying: of these options every other choice was larger.
    compress: {
      passes: 5,
      unsafe: true,
      unsafe_arrows: true,
      pure_getters: true,
      collapse_vars: false,
      keep_fargs: true,
    },
  });
  if (!script) throw new Error(`The minifier returned nothing for ${entry}.`);
  return { script, metafile };
};

/** @type {Record<string, { path: string, integrity: string }>} */
const published = {};

/**
 * Writes a script under an address that says what it holds, and so never needs to change.
 * @param {string} name @param {string} script
 */
const write = async (name, script) => {
  const hash = createHash('sha256').update(script).digest('hex').slice(0, 16);
  const path = `js/${name}.${hash}.js`;
  await writeFile(at(`dist/${path}`), script);
  published[name] = { path: `/${path}`, integrity: integrityOf(script) };
  return path;
};

await rm(at('dist'), { recursive: true, force: true });
await mkdir(at('dist/js'), { recursive: true });
await mkdir(at('published'), { recursive: true });
for (const name of await readdir(at('published'))) {
  await copyFile(at(`published/${name}`), at(`dist/js/${name}`));
}

const vitals = await bundle('src/web-vitals.ts', {});
const VITALS_PATH = await write('vitals', vitals.script);
// Names of our own that never leave the script.
const INTERNAL = /^(urgent|passive|since|blocks|start|json|at)$/;
/** @param {string} COLLECT_PATH */
const bundleTracker = (COLLECT_PATH) =>
  bundle('src/main.ts', { VITALS_PATH, COLLECT_PATH }, INTERNAL);
const { script, metafile } = await bundleTracker('/collect');
// The same under names that careless blocking lists do not know.
const neutral = await bundleTracker('/e');
await writeFile(at('dist/tracking.js'), script);
await write('tracking', script);
await writeFile(at('dist/f.js'), neutral.script);
await write('f', neutral.script);
await writeFile(at('dist/scripts.json'), `${JSON.stringify(published, null, 2)}\n`);

const rows = [];
for (const path of Object.keys(metafile.inputs)) {
  const { code } = await transform(await readFile(at(path), 'utf8'), {
    loader: 'ts',
    minify: true,
    target: TARGET,
  });
  const inBundle = Object.values(metafile.outputs)[0]?.inputs[path]?.bytesInOutput ?? 0;
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
  `| vitals.js, where asked for | ${number(vitals.script.length)} | ${number(gzipBytes(vitals.script))} |`,
].join('\n');
stdout.write(`${table}\n\nBudget of tracking.js: ${number(BUDGET_BYTES)} bytes gzip.\n`);

if (argv.includes('--readme')) {
  const readme = await readFile(at('README.md'), 'utf8');
  const marked = /(<!-- sizes -->\n)[\s\S]*(<!-- \/sizes -->)/;
  await writeFile(at('README.md'), readme.replace(marked, `$1${table}\n$2`));
}
if (total > BUDGET_BYTES) {
  stdout.write(`tracking.js is ${number(total - BUDGET_BYTES)} bytes over its budget.\n`);
  exit(1);
}
const kept = await readdir(at('published'));
for (const { path } of Object.values(published)) {
  const name = basename(path);
  if (kept.includes(name)) continue;
  if (argv.includes('--publish')) await copyFile(at(`dist${path}`), at(`published/${name}`));
  if (argv.includes('--check')) {
    stderr.write(`tracking/published/ lacks ${name}: run \`npm run publish-scripts\` in tracking/ and commit it.\n`);
    exit(1);
  }
}
