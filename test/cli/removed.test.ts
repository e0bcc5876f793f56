import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
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
  engine.load = () =>
    fakeEngine({
      before: ({ id }) => {
        if (trained.length === at) happens();
        trained.push(id);
      },
    });
  return runMain([...SWEEP, "--out", out]);
}

const REMOVALS: readonly (readonly [string, () => string])[] = [
  [
    "the results folder removed",
    () => {
      rmSync(out, { recursive: true });
      return out;
    },
  ],
  [
    "the results folder moved away",
    () => {
      renameSync(out, `${out}-moved`);
      return out;
    },
  ],
  [
    "the journal folder removed",
    () => {
      rmSync(join(out, "journal"), { recursive: true });
      return join(out, "journal");
    },
  ],
  [
    "its journal removed",
    () => {
      const path = journal();
      rmSync(path);
      return path;
    },
  ],
];

describe.each(REMOVALS)("a sweep with %s", (_, remove) => {
  test.each([0, 2])(
    "notices it at the next run that ends, before run %d, and says that nothing is kept",
    async (at) => {
      let removed = "";
      const { code, stdout, stderr } = await sweepWhile(() => {
        removed = remove();
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
  const runs = 4;
  engine.load = () => {
    const fake = fakeEngine();
    return {
      ...fake,
      train: async (...args: Parameters<typeof fake.train>) => {
        await fake.train(...args);
        trained.push("all");
        rmSync(out, { recursive: true });
      },
    };
  };
  const { code, stderr } = await runMain([...SWEEP, "--runs", `${runs}`, "--out", out]);
  expect([code, trained]).toEqual([2, ["all"]]);
  expect(stderr).toContain(`mmoe: ${out}: removed or moved away`);
});
