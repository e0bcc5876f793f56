import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { tableFile } from "../support/tables.ts";

vi.mock("../../src/tables/table-cache.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/tables/table-cache.ts")>();
  const keepTables: typeof original.keepTables = (ids, options) => original.keepTables(ids, { ...options, least: 0 });
  return { ...original, keepTables };
});

const engine = chosenEngine();

test("a sweep keeps its table beside its results, and a later start takes it from there", async () => {
  const { runSweep } = await import("../../src/sweep/run-sweep.ts");
  const folder = temporaryFolder();
  const out = join(folder, "one");
  const file = tableFile(60, { shops: true });
  engine.load = () => fakeEngine();
  await runSweep({ config: loadConfig("smoke", [rowsOverride(file)]), out });
  expect(readdirSync(join(folder, ".tables"))).toEqual([".gitignore", expect.stringMatching(/\.table$/)]);

  vi.doUnmock("../../src/tables/table-cache.ts");
  vi.resetModules(); // as another process
  const [{ onLongWork }, { keepTablesBeside }, { readTable }] = await Promise.all([
    import("../../src/long-work.ts"),
    import("../../src/tables/table-cache.ts"),
    import("../../src/tables/read-table.ts"),
  ]);
  const notes: string[] = [];
  onLongWork((line) => notes.push(line));
  keepTablesBeside(join(folder, "two"));
  expect(readTable(file).rows).toBe(60);
  expect(notes).toEqual([expect.stringMatching(/some\.csv: taken from /)]);
});
