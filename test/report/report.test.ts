import { describe, expect, test } from "vitest";
import type { Results } from "../../src/records/read-results.ts";
import { reportHtml } from "../../src/report/report.ts";
import { likeThePaper, madeResults } from "../support/made-results.ts";
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
    for (const text of [one, failed])
      expect(text.replaceAll("loss is NaN", "")).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
});
