// Prints the gzip size of what the first load transfers (the entry and everything it imports
// statically, from Vite's manifest) and fails when the script is over its budget.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const SCRIPT_BUDGET_KIB = 200;
const dist = join(import.meta.dirname, "dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite", "manifest.json"), "utf8"));
const gzipKib = (file) => gzipSync(readFileSync(join(dist, file)), { level: 6 }).length / 1024;

const scripts = new Set();
const styles = new Set();
const visit = (key) => {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`The build manifest has no entry ${key}.`);
  if (scripts.has(chunk.file)) return;
  scripts.add(chunk.file);
  for (const style of chunk.css ?? []) styles.add(style);
  for (const imported of chunk.imports ?? []) visit(imported);
};
visit("index.html");

let scriptKib = 0;
for (const file of scripts) {
  const size = gzipKib(file);
  scriptKib += size;
  console.log(`${size.toFixed(1).padStart(7)} KiB gzip  ${file}`);
}
for (const file of styles) console.log(`${gzipKib(file).toFixed(1).padStart(7)} KiB gzip  ${file}`);
console.log(`${scriptKib.toFixed(1).padStart(7)} KiB gzip  script of the first load (budget ${SCRIPT_BUDGET_KIB})`);
if (scriptKib > SCRIPT_BUDGET_KIB) {
  console.error("The first load is over its script budget.");
  process.exit(1);
}
