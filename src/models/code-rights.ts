// What a model in JavaScript may import of Node.

/** Modules that compute and nothing else. */
const PURE = ["assert", "assert/strict", "buffer", "events", "path", "path/posix", "path/win32"];
const ALSO_PURE = [
  "punycode",
  "querystring",
  "string_decoder",
  "timers",
  "timers/promises",
  "url",
  "util",
  "util/types",
];
const ALLOWED: ReadonlySet<string> = new Set([...PURE, ...ALSO_PURE]);

/** Why a model may not import this module of Node's, such as `node:fs`; undefined if it may. */
export function refusedBuiltin(specifier: string): string | undefined {
  const name = specifier.replace(/^node:/, "");
  if (ALLOWED.has(name)) return undefined;
  if (name === "module") return "a model may not load code by require; use import";
  if (name === "crypto") return "a model may not draw random numbers that no stream gives; draw in `initial`";
  return "a model may not use files, processes or the network: what it computes must follow from its code alone";
}
