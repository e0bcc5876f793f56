import { describe, expect, test } from "vitest";
import { SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import { resultsAt } from "../../src/records/at-point.ts";
import type { Results } from "../../src/records/read-results.ts";
import { seesawText, variantsOf } from "../../src/report/figures-section.ts";
import { reportHtml } from "../../src/report/report.ts";
import { type LossOf, likeThePaper, madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

const HOSTILE = `</script><img src=x onerror=alert(1)>"'&`;

/** So few runs that no figure resamples them, which takes long. */
const FEW = { set: ["runs=3"] };

/** Without style and script. */
const body = (results: Results) => {
  const text = reportHtml(results, "train");
  return text.slice(text.indexOf("<body>"), text.indexOf('<script type="module">'));
};

describe("reportHtml(results, loss)", () => {
  const whole = body(sweepResults());

  test("gives the same bytes for the same records", () => {
    expect(body(sweepResults(FEW))).toBe(body(sweepResults(FEW)));
  });

  test("escapes every text of a config, a journal and its provenance", () => {
    const { config, records, ...rest } = sweepResults({ ...FEW, failing: (id) => id === "mmoe/p=0.50/001" });
    const hostile = {
      id: HOSTILE,
      model: HOSTILE,
      reason: HOSTILE,
      engine: HOSTILE,
      device: HOSTILE,
      status: "failed" as const,
    };
    const first = { ...records[0], ...hostile };
    const text = body({
      ...rest,
      config: { ...config, name: HOSTILE, about: HOSTILE },
      records: [first, ...records.slice(1)],
    });
    expect(text).toContain("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;");
    expect(text).not.toContain("<img");
    expect(text.match(/<\/script>/g)).toEqual(whole.match(/<\/script>/g));
  });

  test("has the figure of the claims above their verdicts, and the others among the figures", () => {
    const paper = body(madeResults(likeThePaper, ["runs=3"]));
    const places = ['id="claims"', 'id="verdicts"', 'class="claims"', 'id="figures"', 'id="train-heldout"'].map(
      (part) => paper.indexOf(part),
    );
    expect(places).toEqual([...places].filter((place) => place > 0).sort((a, b) => a - b));
    expect(places).toHaveLength(5);
    expect(paper.match(/id="verdicts"/g)).toHaveLength(1);
    expect(paper.match(/id="task-losses"/g)).toHaveLength(1);
  });

  test("names each identity once, and says how many runs are missing from a sweep that still runs", () => {
    const ids = [...whole.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const missing = (id: string) => id.endsWith("002") || id === "mmoe/p=1.00/001";
    expect(body(sweepResults({ ...FEW, missing }))).toContain("10 of 27 runs are missing: the sweep is not finished");
    const [first, second] = ["mmoe/p=1.00/001", "omoe/p=1.00/002"];
    const one = body(sweepResults({ ...FEW, missing: (id) => id === first, failing: (id) => id === second }));
    expect(one).toContain("1 of 27 runs is missing: the sweep is not finished; 1 run failed.");
  });

  test("is a page also of one run in a cell, and where all runs failed", () => {
    const one = body(sweepResults({ set: ["runs=1"] }));
    expect(one).toContain('id="figure4"');
    const failed = body(sweepResults({ ...FEW, failing: () => true }));
    expect(failed).toContain("27 runs failed");
    expect(failed).toContain("Not drawn: figure3 (");
    const packed = /<script type="text\/plain".*?<\/script>/gs; // whose base64 may spell anything
    for (const text of [one, failed])
      expect(text.replaceAll(packed, "").replaceAll("loss is NaN", "")).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
});

const grid = sweepResults({ set: ["batch=64,256", "lr=0.001,0.01,0.1", "runs=3"] });

/** The page's text. */
function textOf(html: string): string {
  const body = html.slice(html.indexOf("<body>"), html.indexOf('<script type="module">'));
  return body
    .replace(/<svg.*?<\/svg>|<script.*?<\/script>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

describe("the report of a grid", () => {
  const html = reportHtml(grid, "train");
  const text = textOf(html);

  test("says how many points there are and where each model's loss is lowest, and has no verdicts, but how to get them", () => {
    expect(text).toContain("at correlations 0.5, 0.9 and 1, 6 grid points");
    expect(text).toContain("162 runs, none failed, none missing");
    expect(text).toMatch(
      /On training rows the mean loss after the last step is lowest for Shared-Bottom with batch=256, lr=0\.01 at 0\.5 \(0\.\d{4}\), 0\.9 \(0\.\d{4}\) and 1 \(0\.\d{4}\); for OMoE with /,
    );
    expect(text).toContain("On held-out rows the mean loss");
    expect(text).toContain(
      "The paper’s claims are tested at one grid point, and there are several points (batch: 64, 256; lr: 0.001, 0.01, 0.1). A report of one point has the verdicts: mmoe report with --at batch=64,lr=0.001 .",
    );
    expect(html.includes("<strong data-verdict")).toBe(false);
    expect(html).toContain('give <code class="option">--at batch=64,lr=0.001</code>, or another');
    const order = [...html.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(order.slice(0, 3)).toEqual(["cells", "figures", "claims"]);
    expect([...html.matchAll(/<li><a href="#([^"]+)"/g)].map(([, id]) => id)).toEqual(order);
    expect(text).toContain("Skip to the losses");
    expect(text).not.toContain("Does the paper hold?");
  });

  test("has a line for each cell, with a column for each listed setting, and the figure of a grid", () => {
    expect(text).toContain("Correlation Model batch lr Runs Failed");
    const cells = html.slice(html.indexOf('<table class="cells">'), html.indexOf("</table>"));
    expect(cells.match(/<tr>/g)).toHaveLength(2 + 3 * 3 * 6);
    expect(cells).toMatch(/MMoE<\/th><td class="number">256<\/td><td class="number">0\.1<\/td>/);
    expect(html.includes('data-figure="grid"')).toBe(true);
    expect(html.includes('data-figure="figure4"')).toBe(false);
    expect(text.match(/one at a time can be shown/g)).toHaveLength(1);
    expect(text).toContain("Not drawn: figure3, figure4, figure5, ");
  });

  test("of runs that all failed says that none is done", () => {
    const failed = reportHtml(sweepResults({ set: ["lr=0.1,0.01", "runs=2"], failing: () => true }), "train");
    expect(textOf(failed)).toContain("No run is done.");
  });
});

test("the report of a chosen point is that of a sweep of its own, and names the point", () => {
  const html = reportHtml(resultsAt(grid, { batch: 64, lr: 0.1 }), "train");
  const text = textOf(html);
  expect(html.includes("<strong data-verdict")).toBe(true);
  const alone = textOf(reportHtml(sweepResults({ set: ["batch=64", "lr=0.1", "runs=3"] }), "train"));
  const known = text.replaceAll(", at batch=64, lr=0.1", "").replaceAll(", batch=64, lr=0.1", "");
  expect(text).toContain("at correlations 0.5, 0.9 and 1, batch=64, lr=0.1");
  expect(known.slice(0, known.indexOf("What was run"))).toBe(alone.slice(0, alone.indexOf("What was run")));
});

test("variantsOf(kind, results) has one picture of each figure for each choice that changes it, with the paper's points marked", () => {
  const drawn = SWEEP_FIGURES.map((kind) => variantsOf(kind, sweepResults())).filter((one) => "variants" in one);
  const variants = (name: string) => drawn.find((one) => one.name === name)?.variants ?? [];
  for (const { name, variants } of drawn) {
    const choices = variants.flatMap((variant) => variant.choices.map((choice) => JSON.stringify(choice)));
    expect([name, choices.length, new Set(choices).size]).toEqual([name, 12, 12]);
  }
  expect(variants("figure4")).toHaveLength(12);
  expect(variants("figure5").map(({ choices }) => choices.map(({ scale }) => scale))).toEqual(
    Array(6).fill(["linear", "log"]),
  );
  for (const name of ["figure4", "final-loss"]) {
    for (const { figure } of variants(name)) {
      expect(figure.svg).toMatch(/class="paper"/);
      expect(figure.svg).toMatch(/class="item paper"/);
    }
  }
});

const SET = ["models=[single-task, omoe, mmoe]", "correlations=[0.5]"];
const lossOf: LossOf = ({ model, index }) =>
  ({ "single-task": 0.2, mmoe: 0.1 + index / 100, omoe: 0.3 })[model.name] as number;

test("seesawText(results) counts the cells that gain and lose, once for losses that agree; of too few runs, or where no model shares nothing, none", () => {
  const { markup: text } = seesawText(madeResults(lossOf, [...SET, "runs=5", "evalEvery=100"]));
  expect(text).toContain(
    "Against single-task, over 2 cells of five runs or more: on training rows and on held-out rows 1 gain,",
  );
  expect(text).toContain("1 gain, 1 lose and 0 are undecided, and 0 % of a cell’s runs are seesaws");
  expect(seesawText(madeResults(lossOf, [...SET, "runs=4"])).markup).toBe("");
  expect(seesawText(madeResults(() => 0.1, ["models=[omoe, mmoe]", "runs=5"])).markup).toBe("");
});
