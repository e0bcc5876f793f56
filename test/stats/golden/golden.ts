import json from "./golden.json" with { type: "json" };

/** What SciPy and statsmodels say, by make.py beside this file. */
export const GOLDEN = json;
