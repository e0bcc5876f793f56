import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { zooLabel } from "../../src/models/zoo.ts";
import { REPORT_SIGNATURE } from "../../src/records/clean-results.ts";
import { html } from "../../src/report/html.ts";
import { dataElement, htmlPage } from "../../src/report/html-page.ts";
import { switches, switchRules } from "../../src/report/switches.ts";

const text = htmlPage({ title: "a < b", rules: ".own{}" }, html`<main></main>`);
const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? "";
const between = (start: string, end: string) => text.slice(text.indexOf(start) + start.length, text.indexOf(end));
const sha256 = (content: string) => `'sha256-${createHash("sha256").update(content).digest("base64")}'`;

test("htmlPage(options) begins with what tells a report from other files, lets in its own script and style by their hashes, and no request", () => {
  expect(policy).toContain(`script-src ${sha256(between('<script type="module">', "</script>"))};`);
  expect(policy).toContain(`style-src ${sha256(between("<style>", "</style>"))};`);
  expect(policy).toMatch(/^default-src 'none';/);
  expect(policy).not.toMatch(/https?:|\*|unsafe/);
  expect(text.startsWith(REPORT_SIGNATURE)).toBe(true);
  expect(text).toContain("<title>a &lt; b</title>");
  expect(between("<style>", "</style>")).toContain(".own{}");
});

test("dataElement(id, value) holds the value as JSON that a browser's DecompressionStream unpacks", async () => {
  const { markup } = dataElement("data", { name: "</script><img>" });
  expect(markup.match(/<\/script>/g)).toHaveLength(1);
  const bytes = Buffer.from(/>(.*)</.exec(markup)?.[1] ?? "", "base64");
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(unpacked).json()).toEqual({ name: "</script><img>" });
});

test("htmlPage(options) has a strip and may ask its own server if it is live, and else has nothing of it", () => {
  const live = htmlPage({ title: "a", rules: "", version: "<7" }, html`<main></main>`);
  expect(live).toContain('<aside id="live" data-version="&lt;7"');
  expect(live).toMatch(/Content-Security-Policy" content="default-src 'none';[^"]*; connect-src 'self'"/);
  expect(live).toContain("new EventSource(");
  expect(text).not.toMatch(/\blive\b|EventSource|connect-src|sessionStorage/);
});

const shown = { models: ["shared-bottom", "mmoe"], correlations: [0.5, 0.9, 1], loss: "heldout", paper: true } as const;

test("switches(shown) has a switch for each model and correlation, and the paper's points as they are at first", () => {
  const { markup } = switches(shown, zooLabel);
  const [checked, all] = [/id="show-(\S+)" (?:value="\S+" )?checked/g, /id="show-(\S+)"/g].map((pattern) =>
    [...markup.matchAll(pattern)].map(([, id]) => id),
  );
  const boxes = ["model-0", "model-1", "correlation-0", "correlation-1", "correlation-2", "paper"];
  expect(all).toEqual(["train", "heldout", "running", "mean", "median", "linear", "log", ...boxes]);
  expect(checked).toEqual(["heldout", "mean", "linear", ...boxes]);
  expect(switches({ ...shown, paper: "hidden" }, zooLabel).markup).toContain('id="show-paper" autocomplete');
  expect(switches({ ...shown, paper: false }, zooLabel).markup).not.toContain("show-paper");
});

test("switchRules(shown) hides a model, a difference from it, and a correlation, but no numbers of an axis that others share", () => {
  const rules = switchRules(shown);
  const off = (id: string) => `:root:has(#show-${id}:not(:checked)) .figures`;
  expect(rules).toContain(`${off("model-1")} [data-model="mmoe"]:not(.panel),`);
  expect(rules).toContain(`${off("model-1")} [data-other="mmoe"]:not(.panel),`);
  expect(rules).toContain('.panel[data-model="mmoe"]>.axes>:not(.below){display:none}');
  expect(rules).toContain('.panel[data-correlation="1"]>.axes>:not(.left){display:none}');
});

test("switchRules(shown) can't be left by a model's name", () => {
  const rules = switchRules({ models: [`"]{}</style><b>`], correlations: [] });
  expect(rules).not.toMatch(/<|"\]\{\}/);
});
