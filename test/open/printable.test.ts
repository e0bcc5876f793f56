import fc from "fast-check";
import { expect, test } from "vitest";
import { svgText } from "../../src/figures/draw/svg.ts";
import { isName, printable } from "../../src/text.ts";

/** What XML 1.0 allows in a text: https://www.w3.org/TR/xml/#charsets */
const XML = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
/** What steers terminals: controls of ECMA-48 but for tab and line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const STEERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const anyText = fc.string({ unit: "binary" }).map((text) => `${text}\ud800${text}`);

test("printable(text) is a text of XML that steers no terminal, shows what it replaces, and keeps letters, tabs and lines", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(printable(text)).toMatch(XML);
      expect(printable(text)).not.toMatch(STEERS);
    }),
  );
  expect(printable("\u001b]0;x\u0007 \u009b2J \u202ea\u2028 \ufffe \ud800")).toBe(
    "\\u001b]0;x\\u0007 \\u009b2J \\u202ea\\u2028 \\ufffe \\ud800",
  );
  expect(printable("Größe \t日本 😀\n'a' \\ é")).toBe("Größe \t日本 😀\n'a' \\ é");
});

test("isName(text) is false of several lines, tabs and what printable replaces", () => {
  expect(["a\nb", "a\tb", "a\u001b[1m", "a\u0085"].map(isName)).toEqual([false, false, false, false]);
  expect(["Größe x", "日本 😀", ""].map(isName)).toEqual([true, true, true]);
});

test("texts and attributes of an SVG are XML, whatever a name is", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const svg = svgText({ name: "text", attributes: { "aria-label": text }, children: [text] });
      expect(svg).toMatch(XML);
      expect(svg).not.toMatch(STEERS);
    }),
  );
});
