import { readFileSync } from "node:fs";
import { element, group, rounded, type SvgNode } from "./draw/svg.ts";
import { letterAdvance, textStart, type Weight } from "./draw/text.ts";
import { fontPath } from "./fonts.ts";

/** Path of each letter that leaves ink, in thousandths of the size, y up. */
const OUTLINES = JSON.parse(readFileSync(fontPath("outlines.json"), "utf8")) as Record<Weight, Record<string, string>>;

/**
 * The picture with its letters as outlines, so that it looks the same where the font is missing. Over them the texts stay,
 * unseen, to be selected and searched. A text with a letter that the font lacks is left as it is.
 */
export function outlined(root: SvgNode): SvgNode {
  const used = new Map<string, string>();
  const drawn = withOutlines(root, used);
  const letters = [...used].sort().map(([id, d]) => element("path", { id, d }));
  return { ...drawn, children: [...drawn.children, element("defs", {}, letters)] };
}

/** The node, with outlines below each text in it; their paths are added to `used`, by id. */
function withOutlines(node: SvgNode, used: Map<string, string>): SvgNode {
  const children = node.children.flatMap((child): (SvgNode | string)[] => {
    if (typeof child === "string") return [child];
    if (child.name !== "text") return [withOutlines(child, used)];
    const letters = outlinesOf(child, used);
    return letters === undefined ? [child] : [letters, unseen(child)];
  });
  return { ...node, children };
}

function outlinesOf(node: SvgNode, used: Map<string, string>): SvgNode | undefined {
  const { words, size, weight, x } = textStart(node);
  const outlines = OUTLINES[weight];
  const letters = [...words];
  if (!letters.every((letter) => letter in outlines || letter.trim() === "")) return undefined;
  let at = 0;
  const uses = letters.flatMap((letter) => {
    const [d, left] = [outlines[letter], at];
    at += letterAdvance(letter, weight);
    if (d === undefined) return [];
    const id = `${weight === "SemiBold" ? "b" : "r"}${letter.codePointAt(0)?.toString(36)}`;
    used.set(id, d);
    return [element("use", { href: `#${id}`, x: left === 0 ? undefined : left })];
  });
  const transform = `translate(${rounded(x)} ${rounded(Number(node.attributes.y))}) scale(${size / 1000} ${-size / 1000})`;
  return group({ fill: node.attributes.fill, transform }, uses);
}

function unseen({ attributes, ...node }: SvgNode): SvgNode {
  return { ...node, attributes: { ...attributes, "fill-opacity": 0 } };
}
