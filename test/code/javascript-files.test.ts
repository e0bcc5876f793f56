import { createHash } from "node:crypto";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { codeFiles } from "../../src/code/javascript-files.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";

/** A folder with these files, of which mine.mjs is the model's. */
function folderOf(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const filesIn = (folder: string) => codeFiles({ name: "mine", file: join(folder, "mine.mjs") });
const hashOf = (files: Record<string, string>) => filesIn(folderOf(files)).sha256;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** A package that depends on another. */
const PACKAGES = {
  "node_modules/a/package.json": '{"name": "a", "version": "1.2.3", "dependencies": {"b": "*", "gone": "*"}}',
  "node_modules/a/index.js": "",
  "node_modules/b/package.json": '{"name": "b", "version": "4.5.6"}',
};

describe("codeFiles(model)", () => {
  test("of one file has the hash of its text, as before there could be more", () => {
    const text = `import { sep } from "node:path";\n// import x from "./x.mjs"\n/** @type {import("./x.mjs").Y} */\nexport {};`;
    const folder = folderOf({ "mine.mjs": text });
    expect(filesIn(folder)).toEqual({
      sha256: sha256(text),
      files: [{ path: join(folder, "mine.mjs"), sha256: sha256(text) }],
      packages: [],
    });
  });

  test.each([
    ["a statement", 'import x from "./x.mjs";'],
    ["a second statement on the line", 'const a = 1; import x from "./x.mjs";'],
    ["a name in quotes", 'import {"c" as c} from "./x.mjs";'],
    ["for its effects", 'import "./x.mjs"'],
    ["from an export", 'export * from "./x.mjs";'],
    ["within a comment's lines", 'import /* a\n comment */ x from "./x.mjs";'],
    ["a call", 'const x = await import("./x.mjs");'],
    ["a call of a template", "const x = await import(`./x.mjs`);"],
    ["with a query", 'import x from "./x.mjs?raw";'],
    ["through another file", 'import y from "./y.mjs";'],
  ])("follows an import: %s", (_, text) => {
    const others = { "y.mjs": 'export * from "./x.mjs";', "mine.mjs": text };
    const folder = folderOf({ ...others, "x.mjs": "export default 1;" });
    expect(filesIn(folder).files.map(({ path }) => path)).toContain(join(folder, "x.mjs"));
    expect(hashOf({ ...others, "x.mjs": "export default 2;" })).not.toBe(filesIn(folder).sha256);
  });

  test("hashes data, and files above; the same wherever the folder is", () => {
    const files = {
      "mine.mjs": "",
      "in/mine.mjs": 'import w from "../w.json" with { type: "json" };',
      "w.json": "[1]",
    };
    const folders = [folderOf(files), folderOf(files)];
    const [one, other] = folders.map((folder) => filesIn(join(folder, "in")));
    expect(one?.files.map(({ path }) => path)).toEqual(
      ["in/mine.mjs", "w.json"].map((name) => join(folders[0] ?? "", name)),
    );
    expect(one?.sha256).toBe(other?.sha256);
    expect(filesIn(join(folderOf({ ...files, "w.json": "[2]" }), "in")).sha256).not.toBe(one?.sha256);
  });

  test("ends where files import each other", () => {
    const folder = folderOf({ "mine.mjs": 'import "./x.mjs";', "x.mjs": 'import "./mine.mjs";' });
    expect(filesIn(folder).files).toHaveLength(2);
  });

  test("counts packages by name and version, and those that they depend on", () => {
    const files = { ...PACKAGES, "mine.mjs": 'import "a/part.js";' };
    const { packages, sha256 } = filesIn(folderOf(files));
    expect(packages.map(({ name, version }) => `${name}@${version}`)).toEqual(["a@1.2.3", "b@4.5.6"]);
    expect(hashOf({ ...files, "node_modules/a/index.js": "other" })).toBe(sha256);
    expect(hashOf({ ...files, "node_modules/b/package.json": '{"name": "b", "version": "4.5.7"}' })).not.toBe(sha256);
  });

  test.each([
    ['\nimport x from "./gone.mjs";', ":2: imports './gone.mjs': no such file"],
    [
      "const x = await import(name);",
      ":1: import(name): which file this is must be known before the model runs; put its name in quotes",
    ],
    ['import(new URL("./x.mjs", import.meta.url));', /:1: import\(new URL.*: which file this is must be known/],
    [
      'import x from "#alias";',
      ":1: imports '#alias': expected the path of a file, such as './layers.mjs', or a package",
    ],
    ['import x from "https://a.b/c.mjs";', /imports 'https:.*: expected the path of a file/],
    ['import x from "none";', ":1: imports 'none': no such package; install it beside the file"],
    ['import x from "./x.cjs";', ":1: imports './x.cjs': a model's files are ES modules; write it as one (.mjs)"],
    [
      'import { createRequire } from "node:module";',
      ":1: imports 'node:module': code that require loads has no hash here; use import",
    ],
  ])("refuses %j", (text, message) => {
    const folder = folderOf({ "mine.mjs": text, "x.cjs": "", "x.mjs": "" });
    const said = complaint(() => filesIn(folder));
    expect(said.replace(`model mine: ${join(folder, "mine.mjs")}`, "")).toMatch(message);
  });

  test("names the file and the line of an import that another file does", () => {
    const folder = folderOf({ "mine.mjs": 'import "./x.mjs";', "x.mjs": '\n\nimport "node:module";' });
    expect(complaint(() => filesIn(folder))).toMatch(`model mine: ${join(folder, "x.mjs")}:3: imports 'node:module'`);
  });

  test("refuses a package that is a link to files of the user's own", () => {
    const folder = folderOf({ "mine.mjs": 'import "a";', "own/package.json": '{"name": "a", "version": "1.0.0"}' });
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(folder, "own"), join(folder, "node_modules/a"));
    expect(complaint(() => filesIn(folder))).toContain(
      `imports 'a': a link to ${join(folder, "own")}; import its files`,
    );
  });

  test("leaves to Node what is no JavaScript", () => {
    expect(hashOf({ "mine.mjs": "export default {" })).toBe(sha256("export default {"));
  });

  test("sees a link to a file as that file", () => {
    const folder = folderOf({ "mine.mjs": "export {};" });
    renameSync(join(folder, "mine.mjs"), join(folder, "real.mjs"));
    symlinkSync("real.mjs", join(folder, "mine.mjs"));
    expect(filesIn(folder).files[0]?.path).toBe(join(folder, "real.mjs"));
  });
});
