// Writes cars.csv, a table for `mmoe sweep cars.yaml`: 392 cars of 1970 to 1982, of which miles per gallon and the
// seconds to 60 miles an hour are to be predicted. The cars come with the package vega-datasets.
//
//   npm install vega-datasets && node cars-csv.js
import { readFileSync, writeFileSync } from "node:fs";

let folder;
try {
  folder = import.meta.resolve("vega-datasets");
} catch {
  console.error("cars-csv.js: the package vega-datasets is missing; run: npm install vega-datasets");
  process.exit(1);
}

/** @type {Record<string, string | number | null>[]} */
const cars = JSON.parse(readFileSync(new URL("../data/cars.json", folder), "utf8"));
const complete = cars.filter((car) => !Object.values(car).includes(null)); // 14 lack horsepower or miles per gallon

const rows = complete.map((car) => ({
  x_cylinders: car.Cylinders,
  x_displacement: car.Displacement,
  x_horsepower: car.Horsepower,
  x_weight: car.Weight_in_lbs,
  x_year: new Date(String(car.Year)).getUTCFullYear(),
  x_europe: Number(car.Origin === "Europe"),
  x_japan: Number(car.Origin === "Japan"),
  y_mpg: car.Miles_per_Gallon,
  y_seconds: car.Acceleration,
}));

const lines = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row))].map((values) => values.join());
writeFileSync("cars.csv", `${lines.join("\n")}\n`);
console.log(`cars.csv: ${rows.length} rows`);
