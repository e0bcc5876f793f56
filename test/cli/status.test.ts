import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = vi.hoisted(() => ({ load: () => ({}) as unknown }));
vi.mock("../../src/sweep/engines.ts", async (original) => ({
  ...(await original<object>()),
  loadEngine: async () => engine.load(),
}));

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  engine.load = () => fakeEngine();
});

const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--models", "mmoe", "--out", out, ...argv]);
const json = async () => JSON.parse((await runMain(["status", out, "--json"])).stdout);

/** Has the sweep's journals written now, and gives the ISO time `ms` before. */
function beforeLastRun(ms: number): string {
  const folder = join(out, "journal");
  const seconds = Math.floor(Date.now() / 1000);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), seconds, seconds);
  return new Date(1000 * seconds - ms).toISOString();
}

/** Changes what stands beside each of the sweep's journals. */
function changeProvenance(change: (provenance: Record<string, unknown>) => object): void {
  const folder = join(out, "journal");
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".provenance.json"))) {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
  }
}

describe("mmoe status DIR", () => {
  test("of a whole sweep exits with 0", async () => {
    await sweep("--runs", "3");
    const { code, stdout, stderr } = await runMain(["status", out]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("mmoe   0.50     3       0        0");
    expect(stdout).toContain("\n6 runs: 6 done, 0 failed, 0 missing\n");
  });

  test("of one with failed runs exits with 3", async () => {
    engine.load = () => fakeEngine({ failing: ["mmoe/p=1.00/001"] });
    await sweep("--runs", "3");
    expect(await runMain(["status", out])).toMatchObject({ code: 3, stdout: expect.stringContaining("1 failed") });
  });

  test("of one that lacks runs exits with 4 and names the command that trains them", async () => {
    await sweep("--runs", "3");
    writeFileSync(
      join(out, "config.yaml"),
      readFileSync(join(out, "config.yaml"), "utf8").replace("runs: 3", "runs: 5"),
    );
    const { code, stdout, stderr } = await runMain(["status", out]);
    expect([code, stderr]).toEqual([4, `the missing ones: mmoe sweep ${out}/config.yaml --out ${out}\n`]);
    expect(stdout).toContain("mmoe   1.00     3       0        2");
  });

  test("tells a process that trains from one that ended, was killed, or can't be seen", async () => {
    await sweep("--runs", "1");
    const state = async () => (await json()).processes[0].state;
    expect(await state()).toBe("ended");
    changeProvenance((provenance) => ({ ...provenance, end: null }));
    expect(await state()).toBe("killed");
    changeProvenance((provenance) => ({ ...provenance, pid: process.ppid }));
    const { host } = (await json()).processes[0];
    const lock = { pid: process.ppid, host, began: null, since: new Date().toISOString(), shard: null };
    writeFileSync(join(out, "journal", `${host}-${process.ppid}.lock`), JSON.stringify(lock));
    expect(await state()).toBe("training");
    changeProvenance((provenance) => ({ ...provenance, host: "another" }));
    expect(await state()).toBe("silent");
  });

  test("tells which shard each process trains, all of the sweep if it does not say", async () => {
    await sweep("--runs", "3", "--shard", "2/3");
    expect((await json()).processes[0].shard).toEqual({ index: 2, count: 3 });
    expect((await runMain(["status", out])).stdout).toMatch(/^process +shard .*\n\S+ +2\/3 /m);
    changeProvenance(({ shard, ...older }) => older);
    expect((await runMain(["status", out])).stdout).toMatch(/^process +shard .*\n\S+ +all /m);
  });

  test("adds up the rates of shards that train at once", async () => {
    for (const shard of ["1/2", "2/2"]) await sweep("--runs", "3", "--shard", shard);
    const start = beforeLastRun(30);
    changeProvenance((provenance) => ({ ...provenance, host: "another", cores: 4, start, end: null }));
    expect((await json()).runsPerMinute).toBeCloseTo((2 * 3) / (30 / 60_000), 0);
  });

  test("tells the rate of what trains now and the time that is left", async () => {
    await sweep("--runs", "3");
    writeFileSync(
      join(out, "config.yaml"),
      readFileSync(join(out, "config.yaml"), "utf8").replace("runs: 3", "runs: 6"),
    );
    expect(await json()).toMatchObject({ runsPerMinute: 0, leftMs: null, done: 6, failed: 0, missing: 6 });
    changeProvenance((provenance) => ({
      ...provenance,
      host: "another",
      cores: 4,
      start: beforeLastRun(50),
      end: null,
    }));
    const { runsPerMinute, leftMs } = await json();
    expect(runsPerMinute).toBeCloseTo(6 / (50 / 60_000), 0);
    expect(leftMs).toBeCloseTo(50, 1);
  });

  test.each([
    ["back", -10, 75 / 4],
    ["on", 10, 75],
  ])(
    "tells a rate that can be though the clock jumped %s by days: six runs took 75 ms on at most 4 cores",
    async (_, days, ms) => {
      await sweep("--runs", "3");
      const start = beforeLastRun(days * 86_400_000);
      changeProvenance((provenance) => ({ ...provenance, host: "another", cores: 4, start, end: null }));
      const { runsPerMinute, processes } = await json();
      expect(processes[0].elapsedMs).toBe(ms);
      expect(runsPerMinute).toBeCloseTo(6 / (ms / 60_000), 0);
    },
  );
});
