// What commands say of runs in flight that are kept.
import { EventEmitter } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { chosenEngine } from "../support/chosen-engine.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

let root = "";
let out = "";
beforeEach(() => {
  root = temporaryFolder();
  out = join(root, "results");
  engine.load = () => fakeEngine();
});

const SWEEP = ["sweep", "smoke", "--runs", "2", "--models", "mmoe", "--out"];

/** Sweeps until run `id` begins, then Ctrl-C: it is kept at step `keptAt` of 200. */
function sweepUntil(id: string, keptAt: number, ...argv: string[]) {
  const signals = new EventEmitter();
  engine.load = () => fakeEngine({ keptAt, before: (run) => run.id === id && signals.emit("SIGINT") });
  return runMain([...SWEEP, out, ...argv], signals);
}

describe("a sweep that is stopped", () => {
  test("before any run has ended says so, and prints no table", async () => {
    const { code, stdout, stderr } = await sweepUntil("mmoe/p=0.50/000", 77);
    const says = "mmoe: stopped by Ctrl-C; no run has ended, 4 remain, 1 of them kept at 38 %; resume with:\n";
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain(`${says}mmoe ${SWEEP.join(" ")} ${out}\n`);
  });

  test("says how many runs in flight are kept, and how far they are; going on it says so too", async () => {
    const { stdout, stderr } = await sweepUntil("mmoe/p=0.50/001", 51);
    expect(stdout).toContain("mmoe   0.50     1       0");
    expect(stderr).toContain(`2 runs are kept in ${out}, 2 remain, 1 of them kept at 25 %; resume with:`);
    engine.load = () => fakeEngine({ keptAt: 3 });
    const again = await runMain([...SWEEP, out]);
    expect([again.code, again.stderr]).toEqual([
      0,
      `${out}: reused 2, to do 2 runs on fake (none)\n${out}: 1 of them kept at 25 %\n`,
    ]);
    expect(existsSync(join(out, "checkpoints"))).toBe(false);
  });

  test("counts them in its events", async () => {
    const { stdout } = await sweepUntil("mmoe/p=0.50/001", 51, "--json");
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ event: "end", missing: 2, kept: 1 });
    engine.load = () => fakeEngine({ keptAt: 3 });
    const again = await runMain([...SWEEP, out, "--json"]);
    expect(JSON.parse(again.stdout.split("\n")[0] ?? "")).toMatchObject({ event: "start", runs: 2, kept: 1 });
  });

  test("refuses a time between checkpoints that is none", async () => {
    expect(await runMain([...SWEEP, out, "--checkpoint-every", "often"])).toMatchObject({
      code: 2,
      stderr: "mmoe: --checkpoint-every: expected a time such as 3h50m, at most 24d, got 'often'\n",
    });
  });
});

describe("mmoe status", () => {
  test("counts runs in flight among the missing ones", async () => {
    await sweepUntil("mmoe/p=1.00/000", 150);
    expect((await runMain(["status", out])).stdout).toContain(
      "\n4 runs: 1 done, 0 failed, 3 missing, 1 of them kept at 75 %\n",
    );
    const journals = join(out, "journal");
    for (const name of readdirSync(journals).filter((file) => file.endsWith(".provenance.json"))) {
      const path = join(journals, name);
      const values = { ...JSON.parse(readFileSync(path, "utf8")), host: "another", end: null };
      writeFileSync(path, JSON.stringify(values));
      const progress = { schema: 1, heard: new Date().toISOString(), elapsedMs: 100, steps: 200, inFlight: [] };
      writeFileSync(path.replace("provenance", "progress"), JSON.stringify(progress));
    }
    const { kept, leftMs } = JSON.parse((await runMain(["status", out, "--json"])).stdout);
    expect(kept).toEqual({ runs: 1, share: 0.75 });
    expect(leftMs).toBeCloseTo((3 * 200 - 150) / 2, 9); // of 2 steps a millisecond
  });
});

describe("mmoe merge", () => {
  test("takes runs in flight along, of each the state that is furthest, but not those that have ended", async () => {
    const places = [
      ["a", "mmoe/p=0.50/001", 30],
      ["b", "mmoe/p=1.00/000", 90],
      ["c", "mmoe/p=0.50/001", 20],
    ] as const;
    for (const [name, id, step] of places) {
      out = join(root, name);
      await sweepUntil(id, step);
    }
    const [a, b, c] = places.map(([name]) => join(root, name)) as [string, string, string];
    const { code, stderr } = await runMain(["merge", c, a, b, "-o", join(root, "all")]);
    expect([code, readdirSync(join(root, "all", "checkpoints"))]).toEqual([4, ["mmoe_p=0.50_001.json"]]);
    expect(stderr).toContain(
      "2 runs are missing (1 of mmoe at 0.50, 1 of mmoe at 1.00), 1 of them kept at 15 %; train",
    );
    expect(readdirSync(join(b, "checkpoints"))).toEqual(["mmoe_p=1.00_000.json"]);
  });
});
