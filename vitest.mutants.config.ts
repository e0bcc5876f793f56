import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { DIST_WORKERS } from "./test/support/fresh-dist.ts";

/** Names a JSON file with a source file and its mutated text, which takes the place of what is on the disk. */
const mutant = process.env.MMOE_MUTANT;
const { file, code } = mutant ? JSON.parse(readFileSync(mutant, "utf8")) : { file: "", code: "" };
const path = resolve(file);

export default defineConfig({
  plugins: [{ name: "mutant", enforce: "pre", load: (id) => (mutant && id === path ? code : undefined) }],
  test: {
    ...{ include: ["test/**/*.test.ts"], alias: [DIST_WORKERS], reporters: ["dot"] },
    ...{ testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 1 },
  },
});
