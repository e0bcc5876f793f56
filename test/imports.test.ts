import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { circleIn, forbidden, importsOf, importsUnder, permissionsIn } from "./support/imports.ts";

const permissions = permissionsIn(readFileSync("CONTRIBUTING.md", "utf8"));
/** AssemblyScript, which imports within its own folder. */
const KERNELS = ["src/engines/cpu/kernels/", "src/engines/rows/kernels/"];
const imports = importsUnder("src", KERNELS);

describe("the imports of src/", () => {
  test("are those that the table of folders in CONTRIBUTING.md allows", () => {
    expect(forbidden(imports, permissions)).toEqual([]);
  });

  test("make no circle of files", () => {
    expect(circleIn(imports)).toBeUndefined();
  });

  test("are between folders that all have a row in that table, and there is no row without a folder", () => {
    const folders = new Set([...imports.keys()].map(dirname).filter((folder) => folder !== "src"));
    expect([...permissions.keys()].sort()).toEqual([...folders].sort());
  });
});

describe("a wrong import is found", () => {
  test.each([
    ["src/random/key.ts", "src/stats/moments.ts"],
    ["src/data/order.ts", "src/models/spec.ts"],
    ["src/models/spec.ts", "src/data/order.ts"],
    ["src/cuda/home.ts", "src/summary/summary.ts"],
    ["src/cuda/home.ts", "src/engines/engine.ts"],
    ["src/errors.ts", "src/cli/main.ts"],
    ["src/engines/engine.ts", "src/config/config.ts"],
    ["src/engines/cpu/cpu-engine.ts", "src/engines/tfjs/tfjs-engine.ts"],
    ["src/engines/tfjs/feed/row-source.ts", "src/engines/cpu/kernels.ts"],
    ["src/engines/rows/row-maker.ts", "src/engines/cpu/kernels.ts"],
    ["src/engines/cpu/cpu-engine.ts", "@tensorflow/tfjs-core"],
    ["src/models/spec.ts", "@tensorflow/tfjs-core"],
    ["src/records/record.ts", "src/sweep/plan.ts"],
    ["src/summary/summary.ts", "src/claims/claims.ts"],
    ["src/figures/gallery.ts", "src/report/html.ts"],
    ["src/figures/draw/facts.ts", "src/figures/gallery.ts"],
    ["src/sweep/run-sweep.ts", "src/cli/effects.ts"],
    ["src/cli/main.ts", "src/index.ts"],
  ])("%s -> %s", (file, target) => {
    expect(forbidden(new Map([[file, [target]]]), permissions)).toEqual([`${file} -> ${target}`]);
  });

  test("however it is written", () => {
    const text = `
      import type { A } from "../a/a.ts";
      import { b, type C } from "./b.ts";
      export * from "../../d/d.ts";
      const e = await import("./e.ts");
      let f: import("./f.ts").F;
      import "./g.ts";
      startWorker(import.meta.url, "worker", 7);
      // import { h } from "./h.ts";
    `;
    expect(importsOf("src/x/y/z.ts", text)).toEqual([
      ...["src/x/a/a.ts", "src/x/y/b.ts", "src/d/d.ts", "src/x/y/e.ts", "src/x/y/f.ts", "src/x/y/g.ts"],
      "src/x/y/worker.ts",
    ]);
  });

  test("as a circle, with its files", () => {
    const circle = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(circleIn(circle)).toEqual(["b", "d", "b"]);
  });
});
