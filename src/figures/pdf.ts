import PDFDocument from "pdfkit";
import type { Figure } from "./draw/figure.ts";
import { movedBy, type SvgNode, textStart } from "./draw/svg.ts";
import { FONT_FILES } from "./finished.ts";

type Document = InstanceType<typeof PDFDocument>;

/** The figure as a PDF file with one page of its size: vectors, with the letters that it uses embedded. */
export async function pdf({ root, title, width, height }: Figure): Promise<Uint8Array> {
  const info = { Title: title, Creator: "mmoe", Producer: "pdfkit", CreationDate: new Date(0) };
  const document = new PDFDocument({ size: [width, height], margin: 0, info, font: FONT_FILES.Regular });
  const chunks: Uint8Array[] = [];
  const whole = new Promise<Uint8Array>((resolve, reject) => {
    document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    document.on("end", () => resolve(Buffer.concat(chunks)));
    document.on("error", reject);
  });
  draw(document, root);
  document.end();
  return whole;
}

/** The elements that figures are made of; a new one must be added here. */
const DRAW: Readonly<Record<string, (document: Document, node: SvgNode) => void>> = {
  svg: drawChildren,
  g: drawChildren,
  title: () => {},
  desc: () => {},
  path: (document, { attributes }) => document.path(String(attributes.d)),
  rect: (document, { attributes: { x = 0, y = 0, width, height } }) =>
    document.rect(Number(x), Number(y), Number(width), Number(height)),
  line: (document, { attributes: { x1, x2, y1, y2 } }) =>
    document.moveTo(Number(x1), Number(y1)).lineTo(Number(x2), Number(y2)),
  text: drawText,
};

function draw(document: Document, node: SvgNode): void {
  const step = DRAW[node.name];
  if (step === undefined)
    throw new TypeError(`pdf: expected an element of ${Object.keys(DRAW).join(", ")}, got ${node.name}`);
  if (node.attributes.d === "") return;
  document.save();
  const by = movedBy(node);
  if (by) document.translate(...by);
  step(document, node);
  if (!["svg", "g", "text", "title", "desc"].includes(node.name)) paint(document, node);
  document.restore();
}

function drawChildren(document: Document, { children }: SvgNode): void {
  for (const child of children) if (typeof child !== "string") draw(document, child);
}

/** Fills and strokes the path that was laid out. */
function paint(document: Document, { attributes }: SvgNode): void {
  const { fill, stroke } = attributes;
  const filled = fill !== undefined && fill !== "none";
  const dashes = attributes["stroke-dasharray"];
  document.lineWidth(Number(attributes["stroke-width"] ?? 1)).lineJoin("round");
  if (dashes !== undefined) document.dash(dashLengths(String(dashes)), {});
  if (attributes["stroke-linecap"] === "round") document.lineCap("round");
  document
    .fillOpacity(Number(attributes["fill-opacity"] ?? 1))
    .strokeOpacity(Number(attributes["stroke-opacity"] ?? 1));
  if (filled && stroke !== undefined) document.fillAndStroke(String(fill), String(stroke));
  else if (stroke !== undefined) document.stroke(String(stroke));
  else document.fill(String(fill), attributes["fill-rule"] === "evenodd" ? "even-odd" : "non-zero");
}

/** Lengths of strokes and gaps in turn: pdfkit takes a list, but its types allow only one length. */
function dashLengths(dashes: string): number {
  return dashes.split(" ").map(Number) as unknown as number;
}

/** Text without kerning, where `textWidth` says it begins. */
function drawText(document: Document, node: SvgNode): void {
  const { words, size, weight, x } = textStart(node);
  const { attributes } = node;
  document.font(FONT_FILES[weight]).fontSize(size).fillColor(String(attributes.fill)).fillOpacity(1);
  document.text(words, x, Number(attributes.y), { lineBreak: false, baseline: "alphabetic" });
}
