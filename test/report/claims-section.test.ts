import { expect, test } from "vitest";
import type { Claim, ClaimPart } from "../../src/claims/claim.ts";
import { eachLoss } from "../../src/config/losses.ts";
import { claimsSection } from "../../src/report/claims-section.ts";
import { html } from "../../src/report/html.ts";
import { reportHtml } from "../../src/report/report.ts";
import { sweepResults } from "../support/sweep-results.ts";

const PART: ClaimPart = {
  about: "omoe's loss <at> 1",
  unit: "loss",
  bound: { low: 0, high: Number.POSITIVE_INFINITY },
  ours: { value: -0.0123, low: -0.0234, high: 0.0012 },
  paper: { value: 0.054, mark: "read off", from: "Figure 4" },
  runs: 30,
  leastRuns: 20,
  verdict: "undecided",
};

const claim = (changes: Partial<Claim>): Claim => ({
  id: "5.1-2",
  says: "it matters less",
  statistic: "a gap",
  margins: "none",
  loss: "train",
  verdict: "undecided",
  parts: [PART],
  deciding: PART,
  because: "it is: a part -0.0123",
  command: null,
  ...changes,
});

const LONG = sweepResults({ set: ["steps=10000"] }).config;

const text = (train: Partial<Claim>, heldout: Partial<Claim> = {}, running: Partial<Claim> = {}) =>
  claimsSection(
    {
      train: [claim(train)],
      heldout: [claim({ loss: "heldout", ...heldout })],
      running: [claim({ loss: "running", ...running })],
    },
    LONG,
  ).markup;

test("claimsSection(claims, config) has the verdicts on all losses", () => {
  const markup = text({ verdict: "holds" }, { verdict: "does not hold" });
  expect(markup).toMatch(/On training rows<\/span> <strong data-verdict="holds">holds/);
  expect(markup).toMatch(/On held-out rows<\/span> <strong data-verdict="does not hold">does not hold/);
  expect(markup).toMatch(/As a running mean<\/span> <strong data-verdict="undecided">undecided/);
  expect(markup).toContain('It matters less. <span class="where">Section 5.1, claim 2</span>');
});

test("claimsSection(claims, config) gives ours with its interval, and the paper's with its mark", () => {
  const markup = text({});
  expect(markup).toContain("<td>−0.0123 [−0.0234, 0.0012]</td>");
  expect(markup).toMatch(/The paper: 0\.0540 \(<span class="mark" data-mark="read off">read off<\/span> Figure 4\)/);
});

test("claimsSection(claims, config) says what would cover a claim, that runs are too short for the paper, and escapes", () => {
  const command = ["mmoe", "sweep", "a b/config.yaml"];
  const markup = text({ verdict: "not covered", parts: [], deciding: null, command });
  expect(markup).toContain("To cover 5.1-2: <code>mmoe sweep 'a b/config.yaml'</code>");
  const none = eachLoss(() => []);
  const note = (steps: number) => claimsSection(none, sweepResults({ set: [`steps=${steps}`] }).config).markup;
  expect(note(200)).toContain("Runs of 200 steps are too short to be compared with the paper");
  expect(note(10_000)).not.toContain("too short");
  expect(text({})).toContain("omoe&#39;s loss &lt;at&gt; 1".replace("&#39;", "'"));
});

test("claimsSection(claims, config, picture) folds the list away beneath the picture, which has every claim once", () => {
  const claims = eachLoss((loss) => [claim({ loss })]);
  const { markup } = claimsSection(claims, LONG, html`<figure></figure>`);
  expect(markup).toMatch(
    /<figure><\/figure>\s*<details class="all-losses"><summary>.*<\/summary>\s*<div class="claims">/,
  );
  expect(claimsSection(claims, LONG).markup).not.toContain("all-losses");
});

test("a report of cells that no claim is about says so, without a table, and has the losses first", () => {
  const none = reportHtml(sweepResults({ set: ["models=[cgc, ple]", "runs=3"] }), "train");
  expect(none).toContain("<p>None of the paper’s 7 claims is about these models and correlations.</p>");
  expect(none).toContain("To cover 3.3: <code>mmoe sweep figure3</code>");
  expect(none).not.toMatch(/<strong data-verdict="not covered"/);
  expect(none.indexOf('<section id="cells"')).toBeLessThan(none.indexOf('<section id="claims"'));
  const some = reportHtml(sweepResults({ set: ["runs=3"] }), "train");
  expect(some).toMatch(/<strong data-verdict="not covered"/);
  expect(some.indexOf('<section id="claims"')).toBeLessThan(some.indexOf('<section id="cells"'));
});
