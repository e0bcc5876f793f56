import json from "./golden.json" with { type: "json" };

/** Quantities of each case, by make.py beside this file. */
export const GOLDEN: Readonly<Record<string, Readonly<Record<string, number>>>> = json.measured;

/** Predictions [K][5] of each of `SPECS`, by make.py. */
export const PREDICTIONS: Readonly<Record<string, readonly (readonly number[])[]>> = json.predicted;
