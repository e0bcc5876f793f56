import { expect, test } from "vitest";
import { element, group, type SvgNode, svgText } from "../../src/figures/draw/svg.ts";
import { compact, compactPath } from "../../src/report/compact.ts";
import { PackedTables, packedRows } from "../../src/report/packed-rows.ts";

const written = (node: SvgNode) => svgText(compact(node, new Map())).replaceAll("\n", "");
const line = (d: string, stroke: string) => element("path", { d, fill: "none", stroke });

test("compact(node, shapes) has each marker's outline once", () => {
  const shapes = new Map();
  const marker = (d: string, x: number) => element("path", { d, transform: `translate(${x} 3)`, fill: "red" });
  const small = compact(element("svg", {}, [marker("M0,0A1", 4), marker("M0,0A2", 5), marker("M0,0A1", 6)]), shapes);
  expect([...shapes]).toEqual([
    ["M0,0A1", "s0"],
    ["M0,0A2", "s1"],
  ]);
  expect(svgText(small)).toContain('<use href="#s0" x="6" y="3" fill="red"/>');
});

test("compact(node, shapes) draws lines that look alike as one path, but for those that a switch hides apart", () => {
  const runs = ["M0,0L1,2", "M0,1L1,3"].map((d, run) => group({ class: "run", "data-run": run }, [line(d, "red")]));
  expect(written(group({ class: "marks" }, [...runs, line("M0,2L1,4", "blue")]))).toBe(
    '<g class="marks" fill="none" stroke="red"><path d="M0 0l1 2M0 1l1 2"/><path d="M0 2l1 2" stroke="blue"/></g>',
  );
  const of = (model: string) => element("path", { d: "M0,0L1,2", fill: "none", "data-model": model });
  expect(written(group({}, [of("omoe"), of("mmoe")])).match(/data-model/g)).toHaveLength(2);
});

test("compact(node, shapes) hands down no attribute that an element of the group lacks", () => {
  const bar = element("rect", { fill: "red", width: 2 });
  expect(written(group({}, [bar, element("rect", { width: 3 })]))).toBe(
    '<g><rect fill="red" width="2"/><rect width="3"/></g>',
  );
  expect(written(group({}, [element("title", {}, ["a"]), bar]))).toBe(
    '<g fill="red"><title>a</title><rect width="2"/></g>',
  );
});

test("compact(node, shapes) rounds where a panel's axes are, not what they show", () => {
  const panel = group({ "data-x": "linear -0.05 12500 24 85.86666666666667" }, []);
  expect(written(panel)).toBe('<g data-x="linear -0.05 12500 24 85.86667"/>');
});

test("compactPath(d) keeps a line's corners but those that nobody sees, and adds up no rounding", () => {
  expect(compactPath("M1.04,20L3,4.5L2.5,9")).toBe("M1 20l2-15.5-.5 4.5");
  expect(compactPath("M0,0L5,0.06L10,0")).toBe("M0 0l10 0");
  expect(compactPath("M0,0L5,0.21L10,0")).toBe("M0 0l5 .2 5-.2");
  const ups = Array.from({ length: 101 }, (_, i) => `${i * 1.26},${i % 2}`);
  const steps = compactPath(`M${ups.join("L")}`).match(/-?\d*\.?\d+/g) ?? [];
  const xs = steps.map(Number).filter((_, i) => i % 2 === 0);
  expect(xs).toHaveLength(101);
  expect(xs.reduce((sum, x) => sum + x, 0)).toBeCloseTo(126, 6);
});

test("compactPath(d) closes what was closed, keeps dots, and leaves paths of other pieces as they are", () => {
  expect(compactPath("M0,0L4,0L4,3ZM7,7L9,8")).toBe("M0 0l4 0 0 3ZM7 7l2 1");
  for (const d of ["M2.11,0A2.11,2.11,0,1,1,-2.11,0", "M24 135h61.87"]) expect(compactPath(d)).toBe(d);
  expect(compactPath("M1,2.04L1,2.04M3,4L3,4")).toBe("M1 2h0M3 4h0");
});

test("packedRows(rows) has a column's texts with how many rows in a row have each, and numbers that many have as texts", () => {
  const rows = Array.from({ length: 90 }, (_, i) => ({ model: i < 2 ? "a" : null, p: i < 50 ? 0.5 : Number.NaN }));
  const counted = (...texts: [string, number][]) => texts;
  expect(packedRows(rows)).toEqual([
    { name: "model", texts: counted(["a", 2], ["", 88]) },
    { name: "p", texts: counted(["0.5", 50], ["", 40]) },
  ]);
});

test("packedRows(rows) has differences of numbers, to five digits of the largest, or in tens and hundreds", () => {
  const losses = Array.from({ length: 9 }, (_, i) => ({ loss: 0.1234567891 - i / 1e5 }));
  expect(packedRows(losses)).toEqual([
    { name: "loss", digits: 5, numbers: "0jYDDDDDDDD" }, // 12346, then -1 each, in base64 VLQ
  ]);
  const flops = Array.from({ length: 9 }, (_, i) => ({ flop: 1_234_567_891 - 100_000 * i }));
  expect(packedRows(flops)).toEqual([{ name: "flop", digits: -5, numbers: "0jYDDDDDDDD" }]);
});

test("packedRows(rows) keeps three digits of a column's smallest number beside one that is much larger", () => {
  const losses = [0.0712345, ...Array.from({ length: 9 }, () => 1234.5678)].map((loss) => ({ loss }));
  expect(packedRows(losses)).toMatchObject([{ name: "loss", digits: 4 }]);
  expect(packedRows([{ loss: 1e-9 }, ...losses])).toMatchObject([{ name: "loss", digits: 4 }]); // eight places at most
});

test("packedRows(rows, exact) rounds no number of these columns", () => {
  const rows = [0.1234567, 0.9].map((value) => ({ correlation: value, step: Math.round(1e6 * value), loss: value }));
  const once = (...texts: string[]) => texts.map((text) => [text, 1]);
  expect(packedRows(rows, ["correlation", "step"])).toEqual([
    { name: "correlation", texts: once("0.1234567", "0.9") },
    { name: "step", texts: once("123457", "900000") },
    { name: "loss", digits: 5, numbers: expect.any(String) },
  ]);
});

test("packedRows(rows) says how many rows have a number and how many have none", () => {
  const paper = [Number.NaN, ...Array.from({ length: 30 }, (_, i) => i), null, 30];
  expect(packedRows(paper.map((loss) => ({ loss })))).toEqual([
    { name: "loss", digits: 0, numbers: `A${"C".repeat(30)}`, gaps: [0, 1, 30, 1, 1] },
  ]);
});

test("PackedTables has each column once, and a table for all figures of the same rows", () => {
  const tables = new PackedTables();
  const rows = [{ model: "mmoe", loss: 0.25 }];
  expect([tables.add(rows), tables.add([{ model: "mmoe", loss: 0.5 }]), tables.add(rows)]).toEqual([0, 1, 0]);
  expect(tables.toJSON()).toMatchObject({
    columns: [{ name: "model" }, { name: "loss" }, { name: "loss" }],
    tables: [
      [0, 1],
      [0, 2],
    ],
  });
});
