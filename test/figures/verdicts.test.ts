import { describe, expect, test } from "vitest";
import { claimsCsv, claimsOf } from "../../src/claims/claims.ts";
import { partText } from "../../src/claims/judge.ts";
import { DEFAULT_OPTIONS, type Figure, type FigureOptions } from "../../src/figures/draw/figure.ts";
import { VERDICTS } from "../../src/figures/gallery.ts";
import { toCsv } from "../../src/records/csv.ts";
import type { Results } from "../../src/records/read-results.ts";
import { likeThePaper, madeResults } from "../support/made-results.ts";
import { expectPicture } from "../support/picture.ts";
import { tableFile } from "../support/tables.ts";
import { outside, touching } from "../support/texts.ts";

const made = (...set: string[]) => madeResults(likeThePaper, ["runs=24", ...set]);
const results = made();
const drawn = (of: Results = results, options: Partial<FigureOptions> = {}) =>
  VERDICTS.draw(of, { ...DEFAULT_OPTIONS, ...options }) as Figure;
const textsIn = (svg: string) => svg.replaceAll("−", "-");

describe("verdicts", () => {
  test("looks as in the gallery", async () => {
    await expectPicture(drawn(), "verdicts");
  });

  test("has a panel for each claim that the sweep tests, with its verdict and the part that decides it", () => {
    const claims = claimsOf(results, "train");
    const { svg, caption } = drawn();
    for (const { id, verdict, deciding, because } of claims) {
      if (deciding === null) expect(caption).toContain(`Not covered: ${id} (${because}).`);
      else {
        expect(textsIn(svg)).toContain(`>${id} ${verdict}: `);
        expect(textsIn(svg)).toContain(`<title>${partText(deciding)} (`);
      }
    }
    expect(svg.match(/class="panel"/g)).toHaveLength(claims.filter(({ deciding }) => deciding !== null).length);
    expect(new Set(claims.map(({ verdict }) => verdict)).size).toBeGreaterThan(1);
  });

  test("shades where a claim expects our interval: it holds with the whole interval within", () => {
    const { svg } = drawn();
    const numbers = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, from, to]) => [Number(from), Number(to)]);
    const shades = numbers(/class="expected" x="([\d.]+)".*? width="([\d.]+)"/g);
    const within = numbers(/x1="([\d.]+)" x2="([\d.]+)"[^>]* stroke-width="3"/g).map(([low, high], i) => {
      const [from, width] = shades[i] as [number, number];
      return from < (low as number) && (high as number) < from + width;
    });
    const verdicts = claimsOf(results, "train").flatMap(({ verdict, deciding }) =>
      deciding === null ? [] : [verdict],
    );
    expect(within).toEqual(verdicts.map((verdict) => verdict === "holds"));
    expect(new Set(within).size).toBe(2);
    expect(svg).toMatch(/>the paper: 0\.0202 \(read off\)</); // .2211 - .2009 of its Figure 4
  });

  test("has the rows of mmoe claims --format csv as data", () => {
    for (const loss of ["train", "heldout"] as const)
      expect(toCsv(drawn(results, { loss }).data)).toBe(claimsCsv(claimsOf(results, loss)));
  });

  test("names loss, unit and runs", () => {
    const { caption, svg } = drawn(results, { loss: "running" });
    expect(caption).toMatch(
      /running mean of the loss.*in units of label variance; mean of all batch losses.*n = 24 runs/,
    );
    expect(svg).toContain(
      ">running mean of the loss after the last step, mean squared error, in units of label variance; or a ratio<",
    );
  });

  test.each([1, 2, 4, 30])("has numbers everywhere with %d runs, and keeps its texts apart and inside", (runs) => {
    for (const set of [[], ["tasks=3"], ["models=[shared-bottom, shared-bottom-16, omoe, mmoe]"]]) {
      const figure = drawn(made(`runs=${runs}`, ...set));
      expect(figure.svg).not.toMatch(/NaN|undefined|Infinity/);
      expect([outside(figure), touching(figure.svg)]).toEqual([[], []]);
    }
  });

  test("lacks claims where no cell is the paper's, or rows are the user's own, which nobody need be told", () => {
    expect(VERDICTS.draw(made("models=cgc"), DEFAULT_OPTIONS)).toMatchObject({ never: true });
    expect(VERDICTS.draw(made(`rows=${tableFile()}`), DEFAULT_OPTIONS)).toMatchObject({
      name: "verdicts",
      lacking: expect.stringContaining("correlations of tasks"),
      never: true,
    });
    const none = madeResults(() => "failed", ["runs=2"]);
    expect(VERDICTS.draw(none, DEFAULT_OPTIONS)).toEqual({ name: "verdicts", lacking: "no run is done" });
  });

  test("lacks the choice of a grid point", () => {
    expect(VERDICTS.draw(made("lr=0.1,0.01", "runs=2"), DEFAULT_OPTIONS)).toMatchObject({
      lacking: expect.stringContaining("one at a time can be shown"),
    });
  });
});
