import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { REPORT_SIGNATURE } from "../../src/records/clean-results.ts";
import { html } from "../../src/report/html.ts";
import { dataElement, htmlPage } from "../../src/report/html-page.ts";

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
  const live = htmlPage({ title: "a", rules: "", live: { version: "<7" } }, html`<main></main>`);
  expect(live).toContain('<aside id="live" data-version="&lt;7"');
  expect(live).toMatch(/Content-Security-Policy" content="default-src 'none';[^"]*; connect-src 'self'"/);
  expect(live).toContain("new EventSource(");
  expect(text).not.toMatch(/\blive\b|EventSource|connect-src|sessionStorage/);
});
