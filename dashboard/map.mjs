// Writes src/map/world.json: the outlines of the countries, projected and drawn as SVG paths, by ISO 3166-1 alpha-2;
// and a point for each country that is too small for the outlines. Run by `npm run map`; `--check` changes nothing
// and fails when the file is stale. Nothing of the packages that it uses is shipped.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { geoCentroid, geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
// Natural Earth, public domain, as packed by world-atlas: coarse for the outlines, finer for the points.
const coarse = require("world-atlas/countries-110m.json");
const fine = require("world-atlas/countries-50m.json");
const { numericToAlpha2 } = require("i18n-iso-countries");

const WIDTH = 960;
const ANTARCTICA = "010";
/** Without a number in Natural Earth; the code is the one that geo databases use. */
const NUMBERLESS = { Kosovo: "XK" };

const countriesOf = (topology) =>
  feature(topology, topology.objects.countries).features.filter(({ id }) => id !== ANTARCTICA);
const codeOf = ({ id, properties }) =>
  (id === undefined ? NUMBERLESS[properties.name] : numericToAlpha2(id)) ?? null;

const land = countriesOf(coarse);
const projection = geoEqualEarth().fitWidth(WIDTH, {
  type: "FeatureCollection",
  features: land,
});
const path = geoPath(projection).digits(1);
const [[, top], [, bottom]] = path.bounds({ type: "FeatureCollection", features: land });
const outlined = new Set(land.map(codeOf));
const round = (value) => Math.round(value * 10) / 10;

const world = {
  viewBox: [0, Math.floor(top), WIDTH, Math.ceil(bottom - top)],
  outlines: land
    .map((country) => ({ code: codeOf(country), path: path(country) }))
    .sort((a, b) => (a.code ?? "").localeCompare(b.code ?? "")),
  points: countriesOf(fine)
    .map((country) => ({ code: codeOf(country), at: projection(geoCentroid(country)) }))
    .filter(({ code }) => code !== null && !outlined.has(code))
    .map(({ code, at: [x, y] }) => ({ code, x: round(x), y: round(y) }))
    .sort((a, b) => a.code.localeCompare(b.code)),
};

const target = fileURLToPath(new URL("src/map/world.json", import.meta.url));
const text = `${JSON.stringify(world)}\n`;
if (process.argv.includes("--check")) {
  if ((await readFile(target, "utf8").catch(() => "")) !== text) {
    console.error("src/map/world.json is stale: run `npm run map`.");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
