import { describe, expect, test } from "vitest";
import { type BarLayout, barLayout } from "../../../src/cli/text/bar-layout.ts";

const names = ["shared-bottom p=0.50", "omoe p=0.50", "mmoe p=0.50"];

/** The widest line: the sweep's own, or a cell's. */
function widestLine({ cells, loss, rate, bar }: BarLayout, runs: number, left = "23:59 min left"): string {
  const name = "all".padEnd(cells ? (names[0] as string).length : 3);
  const line = (end: string) => `${name} [${"=".repeat(bar)}] ${runs}/${runs} runs${end}`;
  const [whole, cell] = [`${rate ? ", 999,999 steps/s" : ""}, ${left}`, loss ? ", training 0.0000" : ""];
  return line(whole.length > cell.length ? whole : cell);
}

describe.each([24, 1800])("barLayout(lines) of %i runs", (runs) => {
  test.each([
    [200, true],
    [80, true],
    [60, false],
  ])("fills %i columns but one, and has the rate: %j", (columns, rate) => {
    const layout = barLayout({ columns, rows: 24, names, runs });
    expect(layout).toMatchObject({ cells: true, rate });
    expect(widestLine(layout, runs)).toHaveLength(columns - 1);
  });

  test.each([120, 80])("has room in %i columns for how many runs have chosen their steps", (columns) => {
    const layout = barLayout({ columns, rows: 24, names, runs, choosing: true });
    expect(layout.bar).toBeGreaterThan(0);
    expect(widestLine(layout, runs, "choosing steps: 32/32").length).toBeLessThan(columns);
  });

  test("has no line for each cell where they are too many or too wide", () => {
    expect(barLayout({ columns: 80, rows: 5, names, runs }).cells).toBe(true);
    const few = barLayout({ columns: 80, rows: 4, names, runs });
    expect(few.cells).toBe(false);
    expect(widestLine(few, runs)).toHaveLength(79);
    const wide = names.map((name) => `${name} lr=0.0001 batch=64 dropout=0.1`);
    expect(barLayout({ columns: 60, rows: 24, names: wide, runs }).cells).toBe(false);
  });

  test("leaves out the bar first, then the losses", () => {
    const wide = names.map((name) => `${name} lr=0.0001`);
    expect(barLayout({ columns: 64, rows: 24, names: wide, runs })).toMatchObject({ cells: true, loss: true, bar: 0 });
    expect(barLayout({ columns: 50, rows: 24, names: wide, runs })).toMatchObject({ cells: true, loss: false, bar: 0 });
  });
});
