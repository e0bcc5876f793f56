import { printable } from "../../printable.ts";

/** An element of SVG, to be written or walked. */
export interface SvgNode {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly (SvgNode | string)[];
}

export type Attributes = Readonly<Record<string, string | number | null | undefined>>;

/** An element; attributes that are null or undefined are left out. */
export function element(name: string, attributes: Attributes, children: readonly (SvgNode | string)[] = []): SvgNode {
  return { name, attributes, children };
}

export function group(attributes: Attributes, children: readonly SvgNode[]): SvgNode {
  return element("g", attributes, children);
}

/** By how much an element's `translate` moves it; undefined without one. */
export function movedBy({ attributes }: SvgNode): readonly [x: number, y: number] | undefined {
  const numbers = String(attributes.transform ?? "")
    .match(/-?[\d.]+/g)
    ?.map(Number);
  return numbers && [numbers[0], numbers[1]];
}

/** As text: numbers to a hundredth of a point, names and texts escaped. */
export function svgText(node: SvgNode | string): string {
  if (typeof node === "string") return escaped(node);
  const { name, attributes, children } = node;
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(String(value))}"`);
  const open = `<${name}${written.join("")}`;
  if (children.length === 0) return `${open}/>`;
  const lines = name === "svg" || name === "g" ? "\n" : "";
  return `${open}>${lines}${children.map((child) => svgText(child) + lines).join("")}</${name}>`;
}

/** A coordinate to a hundredth, without a minus before zero. */
export function rounded(value: number): string {
  const hundredths = Math.round(value * 100);
  return String(hundredths === 0 ? 0 : hundredths / 100);
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as markup that shows it, also between double quotes. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"]/g, (sign) => ESCAPES[sign]);
}
