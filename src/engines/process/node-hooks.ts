// Node's module hooks in the process of a model in JavaScript: of the user's files it loads those whose hashes are known.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { LoadFnOutput, ResolveFnOutput } from "node:module";
import { sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A file of the model's. */
interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

/** Node calls hooks on the thread of the modules since 22.15, and waits for them on another before. */
type Maybe<T> = T | Promise<T>;
type Next<T> = (name: string, context: object) => Maybe<T>;

/** By URLs. */
let hashes: ReadonlyMap<string, string> = new Map();

export function initialize(files: readonly HashedFile[]): void {
  hashes = new Map(files.map(({ path, sha256 }) => [pathToFileURL(path).href, sha256]));
}

/** Gives files of the model the mark of the load that they belong to: each load has modules of its own. */
export function resolve(
  specifier: string,
  context: { readonly parentURL?: string | undefined },
  next: Next<ResolveFnOutput>,
): Maybe<ResolveFnOutput> {
  const { parentURL: parent = "" } = context;
  const found = next(specifier, context);
  if (!parent.startsWith("data:") && !hashes.has(bare(parent))) return found;
  const marked = (given: ResolveFnOutput) => {
    const { url } = given;
    if (hashes.has(bare(url))) return { ...given, url: bare(url) + new URL(parent).search };
    if (!url.startsWith("file:") || fileURLToPath(bare(url)).split(sep).includes("node_modules")) return given;
    const way = "import it by its path in quotes, or install it as a package";
    throw new Error(`imports '${specifier}', whose changes would go unnoticed: ${way}`);
  };
  return found instanceof Promise ? found.then(marked) : marked(found);
}

/** Throws for a file whose text is not the one whose hash is known. */
export function load(url: string, context: object, next: Next<LoadFnOutput>): Maybe<LoadFnOutput> {
  const expected = hashes.get(bare(url));
  if (expected === undefined) return next(url, context);
  const path = fileURLToPath(bare(url));
  const text = readFileSync(path, "utf8");
  if (createHash("sha256").update(text).digest("hex") !== expected)
    throw new Error(`${path}: has changed since the sweep began; bring back what it was`);
  return next(url, context);
}

/** Without the mark. */
function bare(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
