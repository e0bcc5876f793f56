import { expect, test } from "vitest";
import { html, markup } from "../../src/report/html.ts";

test("html`...` escapes texts, between tags as between quotes", () => {
  const name = `</td><img src=x onerror="alert(1)">&`;
  expect(html`<td title="${name}">${name}</td>`.markup).toBe(
    '<td title="&lt;/td&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;">' +
      "&lt;/td&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;</td>",
  );
});

test("html`...` leaves markup as it is, and joins lists", () => {
  const rows = ["a", "<b>"].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${rows}</ul>${markup("<hr>")}${3}`.markup).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul><hr>3");
});
