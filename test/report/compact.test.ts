import { expect, test } from "vitest";
import { element, group, type SvgNode, svgText } from "../../src/figures/draw/svg.ts";
import { compact, compactPath } from "../../src/report/compact.ts";

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
