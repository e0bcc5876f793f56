import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { LOSS_SETS } from "../../src/config/losses.ts";
import { cellLosses } from "../../src/records/cell-losses.ts";
import type { Provenance } from "../../src/records/provenance.ts";
import { finalLosses, lossCurve, type RunRecord } from "../../src/records/record.ts";
import { cellsSection } from "../../src/report/cells-section.ts";
import { costSection } from "../../src/report/cost-section.ts";
import type { Html } from "../../src/report/html.ts";
import { citeSection, provenanceSection } from "../../src/report/provenance-section.ts";
import {
  failuresSection,
  listedCells,
  runPicker,
  runsSection,
  type SingleRuns,
  singleRuns,
} from "../../src/report/runs-section.ts";
import { settingsSection } from "../../src/report/settings-section.ts";
import { version } from "../../src/version.ts";
import { sweepResults } from "../support/sweep-results.ts";

/** The rows of the tables in a part of the page, as the texts of their cells. */
function rowsOf({ markup }: Html): string[][] {
  return [...markup.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) => cell.replace(/<[^>]*>/g, "").trim()),
  );
}

describe("cellsSection(results)", () => {
  test("has all losses side by side, and the lowest mean of each in bold", () => {
    const results = sweepResults();
    const rows = rowsOf(cellsSection(results));
    expect(rows).toHaveLength(2 + 9);
    expect(rows[2]?.slice(0, 4)).toEqual(["0.5", "Shared-Bottom", "7", "0"]);
    expect(rows[3]?.slice(0, 3)).toEqual(["OMoE", "7", "0"]);
    expect(rows[3]).toHaveLength(3 + 9);
    expect(cellsSection(results).markup.match(/<b>/g)).toHaveLength(9);
  });

  test("counts failed and missing runs, and takes its losses over the others", () => {
    const results = sweepResults({
      failing: (id) => id.startsWith("mmoe/p=0.90/00") && !id.endsWith("3"),
      missing: (id) => id === "mmoe/p=1.00/004",
    });
    const rows = rowsOf(cellsSection(results));
    const loss = cellLosses(results, "heldout").find((cell) => cell.model === "mmoe" && cell.correlation === 0.9);
    const alone = loss?.byRun.get(3)?.toFixed(4);
    expect(rows[7]?.slice(0, 4)).toEqual(["MMoE", "1", "6", "0"]);
    expect(rows[7]?.slice(7, 10)).toEqual([alone, "–", alone]);
    expect(rows[10]?.slice(0, 4)).toEqual(["MMoE", "6", "0", "1"]);
  });

  test("has no interval of less than five runs, a dash where no run is done, and no column of dashes alone", () => {
    const missing = (id: string) => /00[3-6]$/.test(id) && id.startsWith("omoe");
    const rows = rowsOf(cellsSection(sweepResults({ missing, failing: (id) => id.startsWith("mmoe/p=0.50") })));
    expect([rows[2]?.[6], rows[3]?.[5]]).toEqual([expect.stringMatching(/^0\.\d{4} to 0\.\d{4}$/), "3 runs"]);
    expect(rows[4]?.slice(-9)).toEqual(Array(9).fill("–"));
    expect(rowsOf(cellsSection(sweepResults({ set: ["runs=1"] })))[1]).toEqual(
      Array(3).fill(["Mean", "Median"]).flat(),
    );
  });

  test("says which rows the training loss is over", () => {
    expect(cellsSection(sweepResults()).markup).toContain("over the whole training set");
    expect(cellsSection(sweepResults({ set: ["trainRows=fresh"] })).markup).toContain(
      "over the batches between the last two evaluations",
    );
  });
});

test("settingsSection(config) shows what is yours beside what the paper gives", () => {
  const section = settingsSection(loadConfig("fixed-rows", [setOverride("batch=64")]));
  expect(rowsOf(section)).toContainEqual(["batch", "64", "yours"]);
  expect(rowsOf(section)).toContainEqual(["noiseStd", "0.1", "paper: section 3.2: N(0, 0.01), a variance"]);
});

describe("failuresSection(results)", () => {
  test("names every run that failed, with its reason, and counts those beyond two hundred", () => {
    const section = failuresSection(sweepResults({ failing: (id) => id === "omoe/p=0.90/005" }));
    expect(rowsOf(section)[1]).toEqual(["omoe/p=0.90/005", "OMoE", "0.9", "loss is NaN at step 7"]);
    expect(section.markup).toContain("1 of the 63 runs that ended failed");
    expect(failuresSection(sweepResults()).markup).toContain("No run failed.");
    const results = sweepResults({ set: ["runs=23"], failing: () => true });
    expect(rowsOf(failuresSection(results))).toHaveLength(1 + 200);
    expect(failuresSection(results).markup).toContain("And 7 more: runs.csv names them all.");
  });
});

describe("costSection(config, records)", () => {
  test("has parameters, FLOP per row, and the total of all runs; no time of models that trained together", () => {
    const { config, records } = sweepResults({ failing: (id) => id === "omoe/p=0.90/005" });
    const rows = rowsOf(costSection(config, records));
    expect(rows[3]).toEqual(["MMoE", "fake (none)", "14,818", "59,232", "21"]);
    expect(costSection(config, records).markup).toContain("All runs took 0.8 s in total.");
  });

  test("has a dash where some models have times and others none", () => {
    const { config, records } = sweepResults();
    const mixed = records.map((record, i) => (record.model === "mmoe" ? { ...record, elapsedMs: 100 + i } : record));
    const rows = rowsOf(costSection(config, mixed));
    expect(rows[2]?.slice(5)).toEqual(["–", "–", "–"]);
    expect(rows[3]?.slice(5)).not.toContain("–");
  });
});

describe("provenanceSection(provenances)", () => {
  const one = (changes: Partial<Provenance> = {}): Provenance => ({
    mmoe: { version: "0.1.0", commit: "0123456789abcdef", dirty: true },
    node: "v20.19.0",
    dependencies: { zod: "4.6.7" },
    engine: "cpu",
    device: "wasm",
    host: "n1",
    pid: 7,
    system: "linux 6.1 x64",
    cpu: "Some CPU",
    cores: 2,
    argv: ["sweep", "paper"],
    config: sweepResults().config,
    start: "2026-01-02T03:04:05.678Z",
    end: "2026-01-02T04:00:00.000Z",
    ...changes,
  });

  test("takes a row for processes that were alike, and counts those that have not ended", () => {
    const rows = rowsOf(provenanceSection([one(), one({ host: "n2", end: null }), one({ cores: 64 })]));
    expect(rows).toHaveLength(1 + 2);
    expect(rows[1]?.[0]).toBe("0.1.0, commit 01234567 with changes");
    expect(rows[1]?.slice(4)).toEqual([
      "2 on n1, n2",
      "2026-01-02 03:04 UTC",
      "2026-01-02 04:00 UTC (1 had no end yet)",
    ]);
  });

  test("shows command lines as a shell reads them, each once, or says that nothing was recorded", () => {
    const { markup } = provenanceSection([one(), one(), one({ argv: ["sweep", "a b"] })]);
    expect(markup).toContain("<code>mmoe sweep paper</code> (2 times)");
    expect(markup).toContain("<code>mmoe sweep 'a b'</code></li>");
    expect(provenanceSection([]).markup).toContain("Nothing was recorded about the processes");
  });
});

const trained = (start: string, end: string | null, own: string) => ({
  start,
  end,
  mmoe: { version: own, commit: null, dirty: false },
});

test("citeSection(provenances) says when and by which versions the runs were trained, if that is known, and what to cite", () => {
  const { markup } = citeSection([
    trained("2026-03-04T23:59:00.000Z", "2026-03-06T01:00:00.000Z", "0.0.9"),
    trained("2026-03-05T00:00:00.000Z", null, "0.0.8"),
  ]);
  expect(markup).toContain("trained from 2026-03-04 to 2026-03-06 by mmoe 0.0.8 and 0.0.9. ");
  expect(markup).toContain(`drawn by mmoe ${version}.`);
  expect(markup).toContain("author = {Ma, Jiaqi and Zhao, Zhe and");
  expect(markup).toContain("author = {{the mmoe authors}}");
  expect(citeSection([]).markup).not.toContain("trained o");
});

test("listedCells(results) has each run once, the failed with their reason", () => {
  const results = sweepResults({
    failing: (id) => id === "omoe/p=0.90/003",
    missing: (id) => id === "mmoe/p=1.00/001",
  });
  const cells = listedCells(results);
  const omoe = cells.find(({ model, correlation }) => model === "omoe" && correlation === 0.9);
  expect(omoe?.runs).toEqual([0, 1, 2, 4, 5, 6]);
  const record = results.records.find(({ id }) => id === "omoe/p=0.90/004");
  const failed = results.records.find(({ status }) => status === "failed");
  const loss = finalLosses(record as RunRecord, "heldout")?.mean as number;
  expect(omoe?.final.heldout[3]).toBe(Number(loss.toFixed(4)));
  expect(omoe?.failed).toEqual([{ run: 3, reason: failed?.reason }]);
  expect(cells.reduce((sum, { runs, failed }) => sum + runs.length + failed.length, 0)).toBe(results.records.length);
});

test("listedCells(results) has cells in which every run failed, and grid points; runsSection(results) says that it lists the first of many", () => {
  const cells = listedCells(sweepResults({ failing: (id) => id.startsWith("mmoe/p=0.50") }));
  expect(cells.at(-1)).toMatchObject({ label: "MMoE", correlation: 0.5, runs: [], failed: { length: 7 } });
  const results = sweepResults({ set: ["lr=[0.01, 0.02]", "runs=2", "models=[omoe]", "correlations=[1]"] });
  expect(listedCells(results).map(({ point }) => point)).toEqual(["lr=0.01", "lr=0.02"]);
  const few = runsSection(sweepResults()).markup;
  expect(few).toContain("The file runs.csv");
  expect(few).not.toContain("has the first");
  const many = sweepResults({ set: ["runs=1003", "steps=200", "models=[omoe]", "correlations=[0.9]"] });
  expect(runsSection(many).markup).toContain("The table has the first 1,000 of a cell, 1,000 of 1,003 in all");
});

test("singleRuns(results) has the losses of each run that is done, to three digits", () => {
  const results = sweepResults({ missing: (id) => id === "omoe/p=0.50/002" });
  expect(listedCells(results)[3]).toMatchObject({ model: "omoe", correlation: 0.5, runs: [0, 1, 3, 4, 5, 6] });
  const record = results.records.find(({ id }) => id === "omoe/p=0.50/004") as RunRecord;
  const { steps, losses } = singleRuns(results) as SingleRuns;
  for (const set of LOSS_SETS) {
    const loss = lossCurve(record, set)[record.curve.steps.indexOf(steps[11])];
    expect(losses[set][3][3][11]).toBe(Number(loss.toPrecision(3)));
  }
});

test("singleRuns(results) has no losses after the last step of a run that stopped early", () => {
  const results = sweepResults({ set: ["runs=2"] });
  const records = results.records.map((record) => {
    const { curve } = record;
    const short = { ...curve, steps: curve.steps.slice(0, 2), train: curve.train.slice(0, 4) };
    return record.id === "shared-bottom/p=0.50/001" ? { ...record, curve: short } : record;
  });
  const { losses } = singleRuns({ ...results, records }) as SingleRuns;
  expect(losses.train[0][1].indexOf(null)).toBe(2);
});

test("singleRuns(results) thins long curves and carries the first runs of a cell that has many; runPicker is nothing without any", () => {
  const { steps } = singleRuns(sweepResults({ set: ["steps=2500", "evalEvery=10", "runs=2"] })) as SingleRuns;
  expect(steps.length).toBeLessThanOrEqual(40);
  expect(steps.at(-1)).toBe(2500);
  const results = sweepResults({ set: ["runs=3100", "steps=10000", "models=[omoe]", "correlations=[0.9]"] });
  const { most, losses } = singleRuns(results) as SingleRuns;
  expect(most).toBe(1000);
  expect(listedCells(results).map(({ runs }) => runs.length)).toEqual([1000]);
  expect(losses.train.map((runs) => runs.length)).toEqual([1000]);
  expect(runPicker(results).markup).toContain("This page has the first 1,000 of the 3,100 runs of a cell");
  expect(runPicker(sweepResults({ failing: () => true })).markup).toBe("");
});
