import json from "./golden.json" with { type: "json" };

/** First numbers of random streams, by make.py beside this file. */
export const GOLDEN = json;
