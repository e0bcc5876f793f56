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

test("dataElement(id, value) can't be left by a text in the value", () => {
  const { markup } = dataElement("data", { name: "</script><img>" });
  expect(markup.match(/<\/script>/g)).toHaveLength(1);
  expect(JSON.parse(/>(.*)</.exec(markup)?.[1] ?? "")).toEqual({ name: "</script><img>" });
});

test("htmlPage(options) has a strip and may ask its own server if it is live, and else has nothing of it", () => {
  const live = htmlPage({ title: "a", rules: "", version: "<7" }, html`<main></main>`);
  expect(live).toContain('<aside id="live" data-version="&lt;7"');
  expect(live).toMatch(/Content-Security-Policy" content="default-src 'none';[^"]*; connect-src 'self'"/);
  expect(live).toContain("new EventSource(");
  expect(text).not.toMatch(/\blive\b|EventSource|connect-src|sessionStorage/);
});

const shown = { models: ["shared-bottom", "mmoe"], correlations: [0.5, 0.9, 1], loss: "heldout", paper: true } as const;

test("switches(shown) has a switch for each model and correlation, and the loss that comes first chosen", () => {
  const { markup } = switches(shown, zooLabel);
  expect(markup.match(/id="show-model-/g)).toHaveLength(2);
  expect(markup).toMatch(/value="shared-bottom" checked autocomplete="off"> Shared-Bottom</);
  expect(markup.match(/id="show-correlation-/g)).toHaveLength(3);
  expect(markup).toMatch(/id="show-heldout" checked/);
  expect(markup.match(/name="loss" id="show-[a-z]+"/g)).toEqual(
    ["train", "heldout", "running"].map((set) => `name="loss" id="show-${set}"`),
  );
  expect(markup).not.toMatch(/id="show-train" checked/);
});

test("switches(shown) has none for the paper's points where no figure has them, and one that hides what can't be compared", () => {
  expect(switches(shown, zooLabel).markup).toContain('id="show-paper"');
  expect(switches({ ...shown, paper: false }, zooLabel).markup).not.toContain("show-paper");
  const box = (paper: true | "hidden") =>
    /<input[^>]*id="show-paper"[^>]*>/.exec(switches({ ...shown, paper }, zooLabel).markup)?.[0];
  expect([box(true)?.includes(" checked"), box("hidden")?.includes(" checked")]).toEqual([true, false]);
});

test("switchRules(shown) hides a model, a difference from it, and a correlation", () => {
  const rules = switchRules(shown);
  const off = (id: string) => `:root:has(#show-${id}:not(:checked)) .figures`;
  expect(rules).toContain(`${off("model-1")} [data-model="mmoe"]:not(.panel),`);
  expect(rules).toContain(`${off("model-1")} [data-other="mmoe"]:not(.panel),`);
  expect(rules).toContain(`${off("correlation-2")} [data-correlation="1"]:not(.panel),`);
});

test("switchRules(shown) keeps the numbers of the axis that a hidden panel shares with others", () => {
  const rules = switchRules(shown);
  expect(rules).toContain('.panel[data-model="mmoe"]>.axes>:not(.below){display:none}');
  expect(rules).toContain('.panel[data-correlation="1"]>.axes>:not(.left){display:none}');
});

test("switchRules(shown) can't be left by a model's name", () => {
  const rules = switchRules({ models: [`"]{}</style><b>`], correlations: [] });
  expect(rules).not.toMatch(/<|"\]\{\}/);
});
