import json from "./golden.json" with { type: "json" };

/** How far constants are from Figure 2, by make.py beside this file: largest, rms, chi-square and the ladder of each set. */
export const GOLDEN: { readonly sets: Readonly<Record<string, readonly number[]>> } = json;
