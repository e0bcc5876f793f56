import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { AnyRun } from "../../src/engines/engine.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

let out = "";
let trained: string[] = [];
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  trained = [];
});

const SWEEP = ["sweep", "smoke", "--runs", "4", "--models", "mmoe", "--corr", "0.5"];
const journal = () => {
  const name = readdirSync(join(out, "journal")).find((file) => file.endsWith(".jsonl"));
  return join(out, "journal", name as string);
};

/** A sweep of four runs, to which `happens` before the run `at`; before the first has ended as well as after. */
function sweepWhile(happens: () => void, at: number) {
  const before = ({ id }: AnyRun) => {
    if (trained.length === at) happens();
    trained.push(id);
  };
  engine.load = () => fakeEngine({ before });
  return runMain([...SWEEP, "--out", out]);
}

const remove = (path: string) => rmSync(path, { recursive: true });
const REMOVALS: readonly (readonly [what: string, pathOf: () => string, away: (path: string) => void])[] = [
  ["the results folder removed", () => out, remove],
  ["the results folder moved away", () => out, (path) => renameSync(path, `${path}-moved`)],
  ["the journal folder removed", () => join(out, "journal"), remove],
  ["its journal removed", journal, remove],
];

describe.each(REMOVALS)("a sweep with %s", (_, pathOf, away) => {
  test.each([0, 2])(
    "notices it at the next run that ends, before run %d, and says that nothing is kept",
    async (at) => {
      let removed = "";
      const { code, stdout, stderr } = await sweepWhile(() => {
        removed = pathOf();
        away(removed);
      }, at);
      const says =
        "removed or moved away while the sweep wrote there; its runs are lost, the same command trains them again";
      expect([code, stdout, trained.length]).toEqual([2, "", at + 1]);
      expect(stderr.split("\n").at(-2)).toBe(`mmoe: ${removed}: ${says}`);
      expect(stderr).not.toContain("kept");
      expect(await sweepWhile(() => {}, 99)).toMatchObject({ code: 0 });
    },
  );
});

test("a sweep whose folder is removed after its last run says so too", async () => {
  const fake = fakeEngine();
  const train: typeof fake.train = async (...args) => {
    await fake.train(...args);
    remove(out);
  };
  engine.load = () => ({ ...fake, train });
  const { code, stderr } = await runMain([...SWEEP, "--out", out]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`mmoe: ${out}: removed or moved away`)]);
});
