// Writes src/contract.ts from contract/openapi.json. `--check` changes nothing and fails when it is stale.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { compile } from "json-schema-to-typescript";

/** What the dashboard asks and is answered; what these refer to comes along. */
const NAMES = [
  "Ledger",
  "WireAnswer",
  "WireCleared",
  "WireErasure",
  "WireError",
  "WireInstallation",
  "WireInvitation",
  "WireKeys",
  "WireLink",
  "WireNewKey",
  "WireOverview",
  "WireQuality",
  "WireQuery",
  "WireRealtime",
  "WireSecret",
  "WireSession",
  "WireSessionsQuery",
  "WireSetup",
  "WireSite",
  "WireSiteInvitation",
  "WireSiteUsers",
  "WireSites",
  "WireUser",
  "WireUsers",
  "WireTimeline",
  "WireVisits",
  "WireVitalsAnswer",
  "WireVitalsQuery",
];

const target = fileURLToPath(new URL("src/contract.ts", import.meta.url));
const document = await readFile(new URL("../contract/openapi.json", import.meta.url), "utf8");
// The title of a single field would become a type of its own.
const { components } = JSON.parse(
  document.replaceAll("#/components/schemas/", "#/$defs/"),
  (key, value) => (key === "title" && typeof value === "string" ? undefined : value),
);
const types = await compile(
  {
    $defs: components.schemas,
    type: "object",
    additionalProperties: false,
    required: NAMES,
    properties: Object.fromEntries(NAMES.map((name) => [name, { $ref: `#/$defs/${name}` }])),
  },
  "Contract",
  {
    bannerComment:
      "// Generated from contract/openapi.json by `npm run contract`; not to be edited.",
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 100 },
  },
);
// JSON leaves out what is undefined, and nothing here changes what it was given.
const text = types
  .replace(/\?: (.+);$/gm, "?: $1 | undefined;")
  .replace(/\{\s*\[k: string\]: ([^;]+?)(?: \| undefined)?;\s*\}/g, "Record<string, $1>")
  .replace(/^( +)(\w+\??: )/gm, "$1readonly $2")
  .replace(/: (\w+|\(.+\))\[\]/g, ": readonly $1[]");
if (!process.argv.includes("--check")) await writeFile(target, text);
else if ((await readFile(target, "utf8").catch(() => "")) !== text) {
  console.error(
    "dashboard/src/contract.ts is stale: run `npm run contract` in dashboard/ and commit the result.",
  );
  process.exit(1);
}
