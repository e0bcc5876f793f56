// Writes declarations into dist/: those that the package's own leads to. They keep the comments that its programs leave out.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const made = mkdtempSync(join(tmpdir(), "mmoe-declarations-"));
const reached = new Set();

function reach(file) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)\.(?:js|ts)"/g))
    reach(join(dirname(file), `${path}.d.ts`));
}

const how = ["--declaration", "--emitDeclarationOnly", "--removeComments", "false", "--outDir", made];
execFileSync("npx", ["tsc", "-p", "tsconfig.build.json", ...how], { cwd: root, stdio: "inherit" });
reach(join(made, "index.d.ts"));
for (const file of reached) cpSync(file, join(root, "dist", relative(made, file)));
rmSync(made, { recursive: true });
