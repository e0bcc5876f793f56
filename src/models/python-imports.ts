/** An `import` or `from ... import` at the start of a statement, up to the end of its names. */
const IMPORT =
  /(?:^|[;:])[ \t]*(?:import[ \t]+(?<modules>[^\n;#]+)|from[ \t]*(?<dots>[. \t]*)(?<from>[\w.]*)[ \t]+import[ \t]*(?<names>\([^)]*\)|[^\n;#(]+))/gm;

/**
 * What a Python file may import, each as a list of names: `import a.b` is [a, b]; `from ..a import b` is [., ., a, b], and
 * b may be a module or not. Text that looks like an import is taken for one, wherever it stands.
 */
export function importsIn(text: string): string[][] {
  const lines = text.replaceAll(/\\\r?\n/g, " ");
  return Array.from(lines.matchAll(IMPORT), ({ groups = {} }) => {
    const { modules, dots = "", from = "", names = "" } = groups;
    if (modules !== undefined) return listed(modules).map((module) => module.split("."));
    const source = [...dots.replaceAll(/\s/g, ""), ...from.split(".").filter((name) => name !== "")];
    return [source, ...listed(names).map((name) => [...source, name])];
  }).flat();
}

/** The names in `(a, b as c,  # why` and the like. */
function listed(text: string): string[] {
  return text
    .replaceAll(/#.*$|[()]/gm, "")
    .split(",")
    .flatMap((item) => /^\s*([\w.]+)/.exec(item)?.[1] ?? []);
}
