import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

/** Files that are still written before the process is killed. */
const left = vi.hoisted(() => ({ writes: Number.POSITIVE_INFINITY }));
vi.mock("../../src/files.ts", async (original) => {
  const actual = await original<typeof import("../../src/files.ts")>();
  const alive = () => {
    if (left.writes-- <= 0) throw new Error("killed");
  };
  return {
    ...actual,
    writeWholeSync: (...args: Parameters<typeof actual.writeWholeSync>) => {
      alive();
      actual.writeWholeSync(...args);
    },
    writeWhole: async (...args: Parameters<typeof actual.writeWhole>) => {
      alive();
      await actual.writeWhole(...args);
    },
  };
});

const files = (folder: string) => {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
  return paths.map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]);
};

test("mmoe merge -o OUT that was cut short anywhere goes on where it is repeated", async () => {
  const [a, b, whole] = [temporaryFolder(), temporaryFolder(), join(temporaryFolder(), "whole")];
  writeResults(a, () => 0.5, ["runs=2", "models=[mmoe]", "correlations=[0.5]"]);
  writeResults(b, () => 0.5, ["runs=2", "models=[omoe]", "correlations=[0.5]"]);
  await runMain(["sweep", join(a, "config.yaml"), "--out", a, "--runs", "2", "--steps", "100"]);
  expect((await runMain(["merge", a, b, "-o", whole])).code).toBe(0);
  let killed = 0;
  for (; ; killed++) {
    const out = join(temporaryFolder(), "out");
    left.writes = killed;
    const { code } = await runMain(["merge", a, b, "-o", out]);
    left.writes = Number.POSITIVE_INFINITY;
    if (code === 0) break;
    expect(await runMain(["merge", a, b, "-o", out])).toMatchObject({ code: 0 });
    expect(files(out)).toEqual(files(whole));
  }
  expect(killed).toBe(5); // config, two journals, two CSV files
});
