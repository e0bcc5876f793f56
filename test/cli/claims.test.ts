import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { printed, runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, likeThePaper, writeResults } from "../support/made-results.ts";

/** The results folder of a made-up sweep. */
function made(lossOf: LossOf, ...set: string[]): string {
  const folder = join(temporaryFolder(), "results");
  writeResults(folder, lossOf, set);
  return folder;
}

const out = made(likeThePaper, "runs=30");
const claims = (folder = out, ...argv: string[]) => runMain(["claims", folder, ...argv]);

describe("mmoe claims DIR", () => {
  test("gives a verdict on each claim in 80 columns, and its reason", async () => {
    const stdout = printed(await claims());
    expect(stdout.split("\n", 2)).toEqual([
      out,
      "loss on training rows after the last step (others: --loss heldout or running)",
    ]);
    expect(stdout).toContain("\n5.1-3  holds          both mixtures beat Shared-Bottom at every correlation on\n");
    expect(stdout).toContain("too few runs: 30 in all of its cells, 100 are needed\n");
    expect(stdout).toMatch(/\n3.3 {4}not covered .*\n.*the sweep lacks shared-bottom-16 at 0\.5, 0\.9 and 1\n/);
    expect(stdout).toContain("\n\ntrain what 3.3 lacks with:\nmmoe sweep figure3\n\nholds: ");
    expect(stdout).toMatch(/\nholds: \d, does not hold: 0, undecided: \d, not covered: 1\n$/);
    expect(stdout.split("\n").filter((line) => line.length > 80 && !line.includes(out))).toEqual([]);
  });

  test.each([[[]], [["--format", "markdown"]]])(
    "names what trains missing cells once, for all claims: %s",
    async (format) => {
      const few = made(likeThePaper, "runs=3", "correlations=[0.5]");
      const { stdout } = await claims(few, ...format);
      const command = `mmoe sweep ${few}/config.yaml --corr 0.5,0.9,1 --models shared-bottom,omoe,mmoe --out ${few}`;
      expect(stdout.split(command)).toHaveLength(2);
      expect(stdout).toContain("train what 5.1-1, 5.1-2, 5.1-3, 5.2-1, 5.2-2 and 5.2-3 lack with:\n");
      expect(stdout).toContain("train what 3.3 lacks with:\n");
    },
  );

  test("says of short runs that they can't be compared with the paper's", async () => {
    const short = "\nruns of 9,999 steps are too short to be compared with the paper's, which have\n10,000 or more\n\n";
    const of = async (...set: string[]) => (await claims(made(likeThePaper, "runs=3", ...set))).stdout;
    expect(await of("steps=9999", "evalEvery=9999")).toContain(short);
    expect(await of("steps=10000")).not.toContain("too short");
  });

  test("exits with 4 where a claim does not hold", async () => {
    const { code, stdout } = await claims(made((run) => 0.2 + 0.001 * (run.index % 7), "runs=30"));
    expect(code).toBe(4);
    expect(stdout).toContain("5.2-1  does not hold");
  });

  test("--json has every claim, with null for what is not there", async () => {
    const folder = made(likeThePaper, "runs=30", "correlations=[0.5,1]");
    const { loss, claims: all } = JSON.parse((await claims(folder, "--json", "--loss", "heldout")).stdout);
    expect([loss, all.length]).toEqual(["heldout", 7]);
    expect(all[1].parts[0]).toMatchObject({ bound: { low: 0, high: null }, paper: { mark: "read off" }, runs: 30 });
    expect(all[0]).toMatchObject({ verdict: "not covered", deciding: null });
  });

  test("says how many runs are missing and which failed", async () => {
    const lossOf: LossOf = (run) => {
      if (run.index === 29) return "missing";
      return run.id === "mmoe/p=0.50/007" ? "failed" : likeThePaper(run);
    };
    const { stdout } = await claims(made(lossOf, "runs=30"));
    expect(stdout).toContain("\n1 failed, left out of all losses: mmoe/p=0.50/007 (loss is NaN at step 7)\n");
    expect(stdout).toContain("\n9 of 270 runs are missing, so all this may change; train them with:");
  });
});
