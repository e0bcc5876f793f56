import json from "./golden.json" with { type: "json" };

/** Quantities of each case, by make.py beside this file. */
export const GOLDEN: Readonly<Record<string, Readonly<Record<string, number>>>> = json;
