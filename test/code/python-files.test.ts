import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { importsIn, pythonFiles } from "../../src/code/python-files.ts";
import { temporaryFolder } from "../support/effects.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

/** Writes files, by their paths, and gives their folder. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The paths from `folder` of the files that the model in `file` is made of. */
const found = (folder: string, file: string, pythonPath = "") =>
  pythonFiles({ name: "mine", file: join(folder, file) }, { pythonPath })
    .files.map(({ path }) => relative(folder, path))
    .sort();

test("importsIn(text) reads every form of import, and nothing else", () => {
  const text = `import a.b as c, d
from . import e
from ..f.g import (h as i,  # a comment, with a comma
    j,
)
from k import l; import m
try: import n
except ImportError: o = "no import p"
def q(): from r \\
    import s
important = from_ = None
from 部品.鍵 import é as 日
# import t
`;
  const names = "a b|d|.|. e|. . f g|. . f g h|. . f g j|k|k l|m|n|r|r s|部品 鍵|部品 鍵 é".split("|");
  expect(importsIn(text).map((parts) => parts.join(" "))).toEqual(names);
});

describe("the files of a model in Python", () => {
  test("are its own, and those that it imports from its folder, in turn", () => {
    const folder = folderOf({
      "mine.py": "import torch\nfrom layers import Dense\nimport parts.deep.one\n",
      "layers.py": "import helper\n",
      "helper.py": "",
      "other.py": "",
      "parts/__init__.py": "from .near import x",
      "parts/near.py": "",
      "parts/far.py": "",
      "parts/deep/one.py": "from ...layers import Dense\nfrom .. import far",
    });
    const parts = ["parts/__init__.py", "parts/deep/one.py", "parts/far.py", "parts/near.py"];
    expect(found(folder, "mine.py")).toEqual(["helper.py", "layers.py", "mine.py", ...parts]);
  });

  test("start, for a file of a package, in the folder that holds the package", () => {
    const folder = folderOf({
      "lab/nets/mine.py": "from .layers import Dense\nfrom lab import tools\nimport layers",
      "lab/nets/__init__.py": "",
      "lab/nets/layers.py": "",
      "lab/__init__.py": "",
      "lab/tools.py": "",
      "layers.py": "",
    });
    const nets = ["lab/nets/__init__.py", "lab/nets/layers.py", "lab/nets/mine.py"];
    expect(found(folder, "lab/nets/mine.py")).toEqual(["lab/__init__.py", ...nets, "lab/tools.py", "layers.py"]);
  });

  test("are in folders of PYTHONPATH too, if its own has none of the name", () => {
    const folder = folderOf({
      "mine.py": "import near, far",
      "near.py": "",
      "source/near.py": "",
      "source/far.py": "",
    });
    expect(found(folder, "mine.py", join(folder, "source"))).toEqual(["mine.py", "near.py", "source/far.py"]);
  });

  test("are hashed alone, or all with their names as modules, wherever the folder is", () => {
    const files = { "mine.py": "import near", "near.py": "x = 1\n" };
    const model = (folder: string) => ({ name: "mine", file: join(folder, "mine.py") });
    const alone = folderOf({ "mine.py": "x = 1\n" });
    expect(pythonFiles(model(alone)).sha256).toBe(hash("x = 1\n"));
    const [first, second] = [folderOf(files), folderOf(files)];
    expect(pythonFiles(model(first)).sha256).toBe(
      hash([`${hash("import near")} mine`, `${hash("x = 1\n")} near`].sort().join("\n")),
    );
    expect(pythonFiles(model(second)).sha256).toBe(pythonFiles(model(first)).sha256);
    writeFileSync(join(second, "near.py"), "x = 2\n");
    expect(pythonFiles(model(second)).sha256).not.toBe(pythonFiles(model(first)).sha256);
  });

  test("are looked for where a link leads", () => {
    const folder = folderOf({ "lab/mine.py": "import near", "lab/near.py": "" });
    symlinkSync(join(folder, "lab/mine.py"), join(folder, "linked.py"));
    expect(found(folder, "linked.py")).toEqual(["lab/mine.py", "lab/near.py"]);
  });

  test("must be there", () => {
    const file = join(folderOf({}), "mine.py");
    expect(() => pythonFiles({ name: "mine", file }, { source: "--model: mine.py" })).toThrow(
      "--model: mine.py: can't be read: no such file or directory",
    );
  });
});

test("a file or package whose name has a dot, which parts names in Python, is refused before Python looks for it", () => {
  const folder = folderOf({ "a.b.py": "x = 1\n", "pkg.v1/__init__.py": "", "pkg.v1/nets.py": "y = 1\n", "a-b.py": "" });
  const expected = "Python can't import a file or a package named";
  expect(() => found(folder, "a.b.py")).toThrow(`${expected} 'a.b': a dot parts names; rename it`);
  expect(() => found(folder, "pkg.v1/nets.py")).toThrow(`${expected} 'pkg.v1'`);
  expect(found(folder, "a-b.py")).toEqual(["a-b.py"]);
});
