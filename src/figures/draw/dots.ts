import { element, group, rounded, type SvgNode } from "./svg.ts";

/** A place on the page, in points. */
type Place = readonly [x: number, y: number];

/** Dots of one path do not add up where they overlap; those of this many paths do. */
const LAYERS = 4;
/** So few dots are larger. */
const FEW = 20;

/** Half-transparent dots, in few bytes: lines without length, whose ends are round. */
export function dots(places: readonly Place[], colour: string): SvgNode {
  const layers = Array.from({ length: LAYERS }, (_, layer) => places.filter((_, i) => i % LAYERS === layer));
  const style = {
    ...{ fill: "none", stroke: colour, "stroke-width": places.length > FEW ? 2 : 3 },
    ...{ "stroke-linecap": "round", "stroke-opacity": 0.5 },
  };
  const paths = layers
    .filter((layer) => layer.length > 0)
    .map((layer) => element("path", { d: layer.map(dot).join(""), ...style }));
  return group(
    { class: "dots" },
    paths.map((path) => group({}, [path])), // a page would join paths that follow each other
  );
}

function dot([x, y]: Place): string {
  const at = `${rounded(x)},${rounded(y)}`;
  return `M${at}L${at}`;
}
