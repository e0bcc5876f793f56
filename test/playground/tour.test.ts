import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { Probe } from "../../playground/probe.ts";
import { playRuns } from "../../playground/runs.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configSettings, settingsIn } from "../../src/config/playground.ts";
import { RunGroupTraining } from "../../src/engines/cpu/run-group.ts";
import { WasmKernels } from "../../src/engines/cpu/wasm-kernels.ts";
import { unpacked } from "../../src/records/packed-journal.ts";
import { mean } from "../../src/stats/moments.ts";
import { BAD_LOSS } from "../../src/summary/bad-loss.ts";
import { type Row, rows } from "../results/committed.ts";

/** Runs of committed results, which are the very runs that the page trains. */
const runs = (folder: string, where: Record<string, string>) => rows(`results/${folder}`, where);

const heldout = (model: string, correlation: string, run: string) => {
  const [row] = runs("paper", { model, correlation, run });
  return [1, 2].map((task) => Number(row?.[`finalHeldoutLoss${task}`]));
};
/** `.083`. */
const digits = (value: number) => value.toFixed(3).slice(1);
const MODELS = ["shared-bottom", "omoe", "mmoe"];
const LABELS: Readonly<Record<string, string>> = { "shared-bottom": "Shared-Bottom", omoe: "OMoE", mmoe: "MMoE" };
const badRuns = (all: readonly Row[]) => all.filter((row) => Number(row.finalHeldoutLossMean) > BAD_LOSS).length;
const PAPER = configSettings(loadConfig("paper") as unknown as Parameters<typeof configSettings>[0]);
interface Stop {
  readonly shows: string;
  readonly sentences: readonly string[];
  readonly attempt?: { readonly shows: string };
}
const STOPS = (parseYaml(readFileSync("playground/tour.yaml", "utf8")) as readonly Stop[]).map((stop) => {
  return { ...stop, settings: settingsIn(new URLSearchParams(stop.shows), PAPER) };
});

const wasm = new WasmKernels(new WebAssembly.Module(readFileSync("src/engines/cpu/kernels/kernels.wasm")));

describe("what the tour says holds in the runs that it trains", () => {
  test("each stop has three or four points, and is a short address", () => {
    for (const { sentences } of STOPS) expect([3, 4]).toContain(sentences.length);
    for (const { shows } of STOPS) expect(shows.length).toBeLessThan(50);
  });

  test("1: each model's mean loss over tasks ends lower than at the next stop, as said", () => {
    const [first, second] = STOPS.map(({ settings }) => settings);
    expect([first?.run, first?.correlation, second?.run, second?.correlation]).toEqual([1, 1, 1, 0.5]);
    for (const model of MODELS) {
      const [here, next] = [mean(heldout(model, "1", "1")), mean(heldout(model, "0.5", "1"))];
      expect(here).toBeLessThan(next);
      expect(STOPS[0]?.sentences[2]).toContain(`${digits(here)} instead of ${digits(next)} for ${LABELS[model]}`);
    }
  });

  test("2: MMoE ends far below Shared-Bottom", () => {
    for (const k of [0, 1])
      expect(heldout("mmoe", "0.5", "1")[k]).toBeLessThan(heldout("shared-bottom", "0.5", "1")[k] / 3);
  });

  test("3: task 2 of Shared-Bottom ends at about .6, task 1 does not, and so many runs of 200 are bad", () => {
    expect(STOPS[2]?.settings.run).toBe(2);
    const [task1, task2] = heldout("shared-bottom", "0.5", "2") as [number, number];
    expect([task1 < BAD_LOSS, task2.toFixed(1)]).toEqual([true, "0.6"]);
    const bad = MODELS.map((model) => badRuns(runs("paper", { model, correlation: "0.5" })));
    expect(bad).toEqual([71, 2, 0]);
    expect(STOPS[2]?.sentences[2]).toContain(`above ${digits(BAD_LOSS)}`);
    expect(STOPS[2]?.sentences[2]).toMatch(/200 .* 71 of Shared-Bottom .* 2 of OMoE and none of MMoE/);
  });

  test("2 and 4: Shared-Bottom finds both directions within 1,000 steps, and MMoE's gates begin about .6 apart", () => {
    const runs = playRuns(STOPS[1]?.settings ?? PAPER, 1);
    const training = new RunGroupTraining(wasm, runs);
    const quantities = () => runs.map((run, i) => new Probe(run).at(training.runs[i]?.parameters).quantities);
    const mmoe = quantities()[2] as Record<string, number>;
    expect(mmoe["gateDistance/1/2"]).toBeCloseTo(0.6, 1);
    while (!training.isOver && (training.runs[0]?.step ?? 0) < 1000) training.advance(() => {});
    for (const { "alignment/1": first, "alignment/2": second } of quantities())
      expect([first?.toFixed(2), second?.toFixed(2)]).toEqual(["1.00", "1.00"]);
    const dead = quantities()[0]?.deadTowerUnits;
    expect(dead).toBeGreaterThan(0.5);
  });

  test("5: the running mean of Shared-Bottom's loss is lower with the rate that was tuned, as said", () => {
    const ends = ["paper-tuned", "paper"].map((folder) =>
      mean(runs(folder, { model: "shared-bottom", correlation: "0.5" }).map((row) => Number(row.finalRunningLossMean))),
    );
    const words = ends.map(digits);
    expect(STOPS[4]?.sentences[2]).toContain(`ends at ${words[0]} instead of ${words[1]}`);
    const rates = runs("paper-tuned", { model: "shared-bottom", correlation: "0.5" }).map(({ lr }) => Number(lr));
    expect(new Set(rates)).toEqual(new Set([STOPS[4]?.settings.lr]));
  });

  test("4: MMoE's gates end as far apart as said", () => {
    const journal = unpacked(readFileSync("results/why/journal/vm-32282.jsonl.packed")).toString();
    const lines = journal.split("\n");
    const said = (id: string) => {
      const line = lines.find((text) => text.startsWith(`{"id":"${id}"`)) as string;
      const [distance] = JSON.parse(line).measures.gateDistance as [number];
      return `end ${distance.toFixed(2).slice(1)} apart`;
    };
    expect([STOPS[3]?.settings.run, STOPS[3]?.attempt?.shows]).toEqual([0, "p=1"]);
    expect(STOPS[3]?.sentences[1]).toContain(said("mmoe/p=0.50/000"));
    expect(STOPS[3]?.sentences[2]).toContain(said("mmoe/p=1.00/000"));
  });

  test("6: of 20 runs so many are bad, two heaps of Shared-Bottom's, and running means end as said", () => {
    const cells = MODELS.map((model) => runs("paper", { model, correlation: "0.5" }));
    const first = cells.map((rows) => rows.filter(({ run }) => Number(run) < 20));
    expect(first.map(badRuns)).toEqual([6, 1, 0]);
    expect(STOPS[5]?.sentences[2]).toMatch(/20, 6 of Shared-Bottom and 1 of OMoE end .* none of MMoE/);
    const losses = first[0]?.map((row) => Number(row.finalHeldoutLossMean)).sort((a, b) => a - b) ?? [];
    const gaps = losses.slice(1).map((loss, i) => loss - losses[i]);
    expect(gaps.filter((gap) => gap > 0.1)).toHaveLength(1);
    const ends = cells.map((rows) => digits(mean(rows.map((row) => Number(row.finalRunningLossMean)))));
    const published = ["SB", "OMoE", "MMoE"].map((model) => {
      const own = rows("results/published/fig4.csv", { correlation: "0.5", model });
      return digits(Number(own.at(-1)?.loss));
    });
    const said = STOPS[5]?.sentences[3]?.match(/\.\d{3}/g);
    expect(said).toEqual([0, 2, 1].flatMap((i) => [ends[i], published[i]]));
  });
});
