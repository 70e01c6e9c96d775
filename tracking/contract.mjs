// Writes src/contract.ts from contract/collect.schema.json. `--check` changes nothing and fails when it is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { argv, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';

const target = fileURLToPath(new URL('src/contract.ts', import.meta.url));
const schema = await readFile(new URL('../contract/collect.schema.json', import.meta.url), 'utf8');

/** @typedef {import('json-schema-to-typescript').JSONSchema} Schema */
/** @type {(text: string, revive: (key: string, value: unknown) => unknown) => { $defs: Record<string, Schema> }} */
const parse = JSON.parse;

// The title of a single field would become a type of its own.
const { $defs } = parse(schema, (key, value) =>
  key === 'title' && typeof value === 'string' ? undefined : value,
);
const names = ['CollectedBatch', 'CollectedEvent', 'EventData'];
const types = await compile(
  {
    $defs,
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])),
  },
  'Contract',
  {
    bannerComment: '// Generated from contract/collect.schema.json by `npm run contract`; not to be edited.',
    additionalProperties: false,
    style: { singleQuote: true, printWidth: 100 },
  },
);
// JSON leaves out what is undefined.
const text = types
  .replace(/\?: (.+);$/gm, '?: $1 | undefined;')
  .replace(/\{\s*\[k: string\]: (\w+)(?: \| undefined)?;\s*\}/g, 'Record<string, $1>');
if (!argv.includes('--check')) await writeFile(target, text);
else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
  stderr.write('tracking/src/contract.ts is stale: run `npm run contract` in tracking/ and commit the result.\n');
  exit(1);
}
