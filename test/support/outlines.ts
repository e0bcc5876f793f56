import PDFDocument from "pdfkit";
import type { Weight } from "../../src/figures/draw/svg.ts";
import { FONT_FILES } from "../../src/figures/finished.ts";

/** What pdfkit's reader of fonts gives of a letter. */
interface Glyph {
  readonly path: { readonly commands: readonly { readonly command: string; readonly args: readonly number[] }[] };
}

interface Font {
  readonly characterSet: readonly number[];
  glyphForCodePoint(code: number): Glyph;
}

/** The path of each letter of a font file that leaves ink, in its own units, y up. */
export function fontOutlines(weight: Weight): Record<string, string> {
  const document = new PDFDocument({ font: FONT_FILES[weight] }) as unknown as { _font: { font: Font } };
  const { font } = document._font;
  const all = font.characterSet.map((code): [string, string] => {
    return [String.fromCodePoint(code), relative(font.glyphForCodePoint(code))];
  });
  return Object.fromEntries(all.filter(([, path]) => path !== ""));
}

type Pair = readonly [number, number];

/** A letter's path in steps from point to point, with SVG's short forms: level and upright lines, smooth curves. */
function relative({ path }: Glyph): string {
  let at: Pair = [0, 0];
  let start = at;
  let mirrored: Pair | undefined; // where a smooth curve would have its control point
  const step = ({ command, args }: Glyph["path"]["commands"][number]): string => {
    if (command === "closePath") {
      at = start;
      return "z";
    }
    const [from, to] = [at, args.slice(-2) as unknown as Pair];
    const smooth = mirrored?.every((value, i) => value === args[i]) ?? false;
    mirrored = undefined;
    at = to;
    const end: Pair = [to[0] - from[0], to[1] - from[1]];
    if (command === "moveTo") {
      start = to;
      return `m${numbers(end)}`;
    }
    if (command === "lineTo") {
      if (end[0] === 0) return `v${end[1]}`;
      return end[1] === 0 ? `h${end[0]}` : `l${numbers(end)}`;
    }
    const control = args.slice(0, 2) as unknown as Pair;
    mirrored = [2 * to[0] - control[0], 2 * to[1] - control[1]];
    return smooth ? `t${numbers(end)}` : `q${numbers([control[0] - from[0], control[1] - from[1], ...end])}`;
  };
  return path.commands.map(step).join("");
}

function numbers(values: readonly number[]): string {
  return values.map((value, i) => (i > 0 && value >= 0 ? ` ${value}` : value)).join("");
}
