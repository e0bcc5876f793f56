import json from "./golden.json" with { type: "json" };

type Numbers = Readonly<Record<string, readonly number[]>>;

/**
 * By make.py beside this file: how far the `sets` of constants are from Figure 2 (largest, rms, the chi-squares of points and of
 * bars, ladder), and √n times simulated standard deviations of correlations of n = 10,000 rows, at .5, .98 and 1: `bars`.
 */
export const GOLDEN: { readonly sets: Numbers; readonly bars: Numbers } = json;
