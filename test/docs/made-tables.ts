import { LOSS_UNIT } from "../../src/records/fields.ts";

/** Stands in every page that is made. */
export const MADE =
  "<!-- Tests in test/docs make this page from the code that reads and writes the files; `npm run docs` writes it. -->";

/** A JSON Schema, as far as the pages show it. */
export interface Json {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Json[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly items?: Json;
  readonly unit?: string;
  readonly description?: string;
}

export function keyTable(json: Json, within = ""): string {
  return table("key", keyRows(json, within));
}

function keyRows({ properties = {} }: Json, within: string): string[][] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const row = [`\`${within}${key}\``, typeOf(value), unitOf(value), descriptionOf(value)];
    if (value.items?.properties) return [row, ...keyRows(value.items, `${within}${key}[].`)];
    return value.properties ? [...(value.description ? [row] : []), ...keyRows(value, `${within}${key}.`)] : [row];
  });
}

export function typeOf(json: Json): string {
  if (json.enum) return json.enum.map((one) => `\`${one}\``).join(" or ");
  if (json.const !== undefined) return `\`${json.const}\``;
  if (json.anyOf) return json.anyOf.map(typeOf).join(" or ");
  if (json.type === "array") return `list: ${typeOf(json.items ?? {})}`;
  const words: Readonly<Record<string, string>> = { string: "text", integer: "whole number" };
  return [json.type ?? []]
    .flat()
    .map((type) => words[type] ?? type)
    .join(" or ");
}

export function unitOf({ unit, anyOf = [] }: Json): string {
  const given = unit ?? anyOf.find((one) => one.unit !== undefined)?.unit ?? "";
  return given === LOSS_UNIT ? "loss" : given;
}

export function descriptionOf({ description, anyOf = [] }: Json): string {
  const inner = anyOf.map((one) => one.description).filter((text) => text !== undefined);
  return [...inner, ...(description ? [description] : [])].join("; ").replaceAll(" (docs/diagnostics.md)", "");
}

export function table(
  first: string,
  rows: readonly (readonly string[])[],
  others: readonly string[] = ["type", "unit", "meaning"],
): string {
  const line = (row: readonly string[]) => `| ${row.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const head = [first, ...others];
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
