import { describe, expect, test } from "vitest";
import { resultsAt } from "../../src/records/at-point.ts";
import { reportHtml } from "../../src/report/report.ts";
import { sweepResults } from "../support/sweep-results.ts";

const results = sweepResults({ set: ["batch=64,256", "lr=0.001,0.01,0.1", "runs=3"] });

/** The page's text. */
function textOf(html: string): string {
  const body = html.slice(html.indexOf("<body>"), html.indexOf('<script type="module">'));
  return body
    .replace(/<svg.*?<\/svg>|<script.*?<\/script>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

describe("the report of a grid", () => {
  const html = reportHtml(results, "train");
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
  const html = reportHtml(resultsAt(results, { batch: 64, lr: 0.1 }), "train");
  const text = textOf(html);
  expect(html.includes("<strong data-verdict")).toBe(true);
  const alone = textOf(reportHtml(sweepResults({ set: ["batch=64", "lr=0.1", "runs=3"] }), "train"));
  const known = text.replaceAll(", at batch=64, lr=0.1", "").replaceAll(", batch=64, lr=0.1", "");
  expect(text).toContain("at correlations 0.5, 0.9 and 1, batch=64, lr=0.1");
  expect(known.slice(0, known.indexOf("What was run"))).toBe(alone.slice(0, alone.indexOf("What was run")));
});
