import { describe, expect, test } from "vitest";
import { claimsCsv, claimsOf } from "../../src/claims/claims.ts";
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

describe("verdicts", () => {
  test("looks as in the gallery", async () => {
    await expectPicture(drawn(), "verdicts");
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
