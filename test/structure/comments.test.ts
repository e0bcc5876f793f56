// Files that comments name exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const FOLDERS = ["src", "playground", "test", "bench", "scripts", "research", "assets", "examples", "python"];
const CODE = /\.(ts|tsx|js|mjs|c|h|py|sh)$/;
const SKIPPED = /node_modules|__pycache__|\.venv/;
/** A file named with its folder, or by its name alone: `trainer/graph.ts`, `graph.ts`. */
const NAMED = /(?<![\w./{}*<>-])(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\.(?:tsx?|mjs|c|h|py|sh|md|yaml)(?![\w*/{}(-])/g;
/** Files of users and of other packages. */
const OF_USERS =
  /^(?:FOLDER|LibMTL|helper|x|a|b|my|mine|model|nets?|film|other|own|paper-tuned|tuned|methods-tuned|config|settings|trials|job|array)\b/;

const files = [...FOLDERS, "docs", "configs", "results"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
);
const ends = new Set(files.flatMap((file) => file.split("/").map((_, i, parts) => parts.slice(i).join("/"))));
const code = files.filter((file) => CODE.test(file) && !SKIPPED.test(file) && FOLDERS.includes(file.split("/")[0]));

/** The comments of a file: whole lines that begin with `//`, `*`, or `#`, and what follows ` // ` in others. */
function commentsOf(file: string): string {
  const isHash = /\.(py|sh)$/.test(file);
  const lines = readFileSync(file, "utf8").split("\n");
  const mark = isHash ? /^\s*#(.*)/ : /^\s*(?:\/\/|\/?\*+)(.*)|\s\/\/ (.*)/;
  return lines.map((line) => mark.exec(line)?.slice(1).join("") ?? "").join("\n");
}

/** The files that a comment names and that are nowhere. */
const missing = (file: string, text: string): string[] =>
  [...text.matchAll(NAMED)]
    .map(([name]) => name)
    .filter(
      (name) => !ends.has(name) && !existsSync(name) && !existsSync(join(dirname(file), name)) && !OF_USERS.test(name),
    );

test("every file that a comment names exists", () => {
  expect(code.length).toBeGreaterThan(500);
  expect(code.flatMap((file) => missing(file, commentsOf(file)).map((name) => `${file}: ${name}`))).toEqual([]);
});

test.each([
  ["of `graph/no-such-file.ts`", ["graph/no-such-file.ts"]],
  ["as errors.ts and src/units.ts say", []],
  ["see no-such-page.md, test/**/*.test.ts and {a,b}.ts", ["no-such-page.md"]],
])("missing(file, %j) is %j", (text, names) => {
  expect(missing("src/errors.ts", text)).toEqual(names);
});
