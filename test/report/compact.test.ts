import { expect, test } from "vitest";
import { element, group, type SvgNode, svgText } from "../../src/figures/draw/svg.ts";
import { compact } from "../../src/report/compact.ts";

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

test("compact(node, shapes) draws lines that look alike as one path, and others apart", () => {
  const runs = ["M0,0L1,2", "M0,1L1,3"].map((d, run) => group({ class: "run", "data-run": run }, [line(d, "red")]));
  expect(written(group({ class: "marks" }, [...runs, line("M0,2L1,4", "blue")]))).toBe(
    '<g class="marks" fill="none" stroke="red"><path d="M0 0l1 2M0 1l1 2"/><path d="M0 2l1 2" stroke="blue"/></g>',
  );
});

test("compact(node, shapes) keeps lines apart that a switch hides apart", () => {
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
