import { expect, test } from "vitest";
import { citeSection } from "../../src/report/provenance-section.ts";
import { version } from "../../src/version.ts";

const trained = (start: string, end: string | null, own: string) => ({
  start,
  end,
  mmoe: { version: own, commit: null, dirty: false },
});

test("citeSection(provenances) says when and by which versions the runs were trained", () => {
  const { markup } = citeSection([
    trained("2026-03-04T23:59:00.000Z", "2026-03-06T01:00:00.000Z", "0.0.9"),
    trained("2026-03-05T00:00:00.000Z", null, "0.0.8"),
  ]);
  expect(markup).toContain("trained from 2026-03-04 to 2026-03-06 by mmoe 0.0.8 and 0.0.9. ");
  expect(markup).toContain(`drawn by mmoe ${version}.`);
  const sameDay = citeSection([trained("2026-03-05T00:00:00.000Z", null, "0.0.8")]);
  expect(sameDay.markup).toContain("trained on 2026-03-05 by mmoe 0.0.8. ");
});

test("citeSection([]) cites without a date of training", () => {
  const { markup } = citeSection([]);
  expect(markup).not.toContain("trained o");
  expect(markup).toContain("@inproceedings{ma2018mmoe,");
  expect(markup).toContain("author = {Ma, Jiaqi and Zhao, Zhe and");
  expect(markup).toContain("doi = {10.1145/3219819.3220007}");
  expect(markup).toContain("author = {{the mmoe authors}}");
});
