// Regimes that are trained in parts: by shards, by a process that is stopped, and with runs that fail.
import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { engineWith, type RunResult } from "../../src/engines/engine.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { type Outcome, runMain, temporaryFolder } from "../support/effects.ts";
import { failedResult } from "../support/fake-engine.ts";

const engine = chosenEngine();
const folder = temporaryFolder();

const WORDS = "regimes --models shared-bottom --only irrelevant --runs 4 --lr 0.03 --jobs 1".split(" ");
const regimes = (out: string, words: readonly string[] = [], signals = new EventEmitter()) =>
  runMain([...WORDS, ...words, "--out", join(folder, out)], signals);
/** The numbers that a call leaves. */
const left = (out: string) => readFileSync(join(folder, out, "regimes.csv"), "utf8");

/** Has every engine pass on its results by `passed`, until the function that is returned is called. */
function onResults(passed: (result: RunResult) => RunResult): () => void {
  const { load } = engine;
  engine.load = async (...args) => {
    const real = await load(...args);
    const train: typeof real.train = (runs, hooks) =>
      real.train(runs, { ...hooks, onResult: (result) => hooks.onResult(passed(result)) });
    return engineWith(real, { train });
  };
  return () => {
    engine.load = load;
  };
}

describe("mmoe regimes", () => {
  let whole: Outcome;
  beforeAll(async () => {
    whole = await regimes("whole");
  });

  test("trained as two shards, shows the runs that are there, and at last what one process shows", async () => {
    const first = await regimes("shards", ["--shard", "1/2"]);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/^shared-bottom, 2 runs beside the committed ones\n/),
    ]);
    const second = await regimes("shards", ["--shard", "2/2"]);
    expect(second.stderr).toMatch(/^shared-bottom: 4 runs to train in 1 sweep/m);
    expect([second.code, second.stdout, left("shards")]).toEqual([0, whole.stdout, left("whole")]);
  });

  test("stopped by SIGTERM in the middle, keeps its runs, says how to go on, and ends with the same bytes", async () => {
    const signals = new EventEmitter();
    let ended = 0;
    const release = onResults((result) => {
      if (existsSync(join(folder, "stopped/irrelevant/journal")) && ++ended === 3) signals.emit("SIGTERM");
      return result;
    });
    const stopped = await regimes("stopped", [], signals).finally(release);
    expect([stopped.code, stopped.stdout]).toEqual([75, ""]);
    expect(stopped.stderr).toMatch(
      /^mmoe: stopped by SIGTERM in irrelevant; finished runs are kept; resume with:\nmmoe regimes --models shared-bottom /m,
    );
    const again = await regimes("stopped");
    expect(again.stderr).toMatch(/^shared-bottom: 5 runs to train in 1 sweep/m);
    expect([again.stdout, left("stopped")]).toEqual([whole.stdout, left("whole")]);
  });

  test("finds what mmoe sweep trained of the preset in its folder", async () => {
    const words = WORDS.filter((_, i) => i !== 0 && i !== 3 && i !== 4);
    await runMain(["sweep", "regimes/irrelevant", ...words, "--out", join(folder, "swept/irrelevant")]);
    const { stdout, stderr } = await regimes("swept");
    expect([stderr.split("\n")[0], stdout]).toEqual(["shared-bottom: 0 runs to train in 1 sweep", whole.stdout]);
  });

  test("with a run that failed, still shows how the others stand, and ends with 3", async () => {
    const release = onResults((result) => (result.run.index === 3 ? failedResult(result.run) : result));
    const { code, stdout } = await regimes("failed").finally(release);
    expect([code, stdout]).toEqual([
      3,
      expect.stringMatching(/^shared-bottom, 3 runs beside the committed ones\nregime /),
    ]);
  });

  test("where a committed run comes out otherwise, says which one, trains nothing and ends with 4", async () => {
    const release = onResults(({ run }) => failedResult(run));
    const { code, stdout, stderr } = await regimes("other").finally(release);
    expect([code, stdout, existsSync(join(folder, "other"))]).toEqual([4, "", false]);
    expect(stderr).toMatch(
      /results\/regimes\/irrelevant[^:]*: run \S+\/\d{3} has other losses when trained here, so its runs don't pair with yours$/m,
    );
  });

  test("--json writes events, and then the same text and a row per contestant with its place", async () => {
    const { stdout, stderr } = await regimes("whole", ["--json"]);
    const { event, text, standings } = JSON.parse(stdout);
    expect([event, text]).toEqual(["standings", whole.stdout]);
    expect(stderr).toContain("shared-bottom: 0 runs to train in 1 sweep\n");
    const [own] = standings;
    const place = /^irrelevant .* (\d+) of (\d+) +(\d+) +(\d+) +(\d+)$/m.exec(whole.stdout)?.slice(1).map(Number);
    expect([own.rank, own.of, own.better, own.worse, own.untold]).toEqual(place);
    expect(["wins", "loses", "can't tell"]).toContain(own.verdict);
    const committed = standings.filter(
      (row: { from: string; cell: string }) => row.from !== "yours" && row.cell === "",
    );
    expect(committed.map(({ rank }: { rank: number }) => rank)).toEqual(
      committed.map((_: unknown, i: number) => i + 1),
    );
  });
});

test("mmoe regimes --out without a model draws the committed contestants there, and trains nothing", async () => {
  const out = join(folder, "page");
  const { code, stderr } = await runMain(["regimes", "--only", "irrelevant", "--out", out]);
  expect([code, stderr]).toEqual([0, `${join(out, "regimes")}.svg, .png, .pdf, .csv, .txt\n`]);
  const svg = readFileSync(join(out, "regimes.svg"), "utf8");
  for (const words of [">When sharing pays<", ">Shared-Bottom<", ">MMoE<"]) expect(svg).toContain(words);
  expect(readFileSync(join(out, "regimes.pdf"), "latin1").slice(0, 5)).toBe("%PDF-");
});
