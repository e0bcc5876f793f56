// Node's module hooks in the process of a model: its files are those whose hashes are known, and import no more than it may.
import { isBuiltin, type LoadFnOutput } from "node:module";
import { sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type CodeFiles, sha256 } from "../../../models/code-files.ts";
import { refusedBuiltin } from "../../../models/code-rights.ts";

interface From {
  readonly parentURL?: string | undefined;
}

const UNKNOWN = "this is none of the files and packages that the model's hash is of";

/** Hooks that serve where they may wait for Node's own, and where they may not. */
export class CodeHooks {
  /** By URLs, the model's own file first. */
  readonly #hashes: ReadonlyMap<string, string>;
  readonly #folders: readonly string[];

  constructor({ files, packages }: Pick<CodeFiles, "files" | "packages">) {
    this.#hashes = new Map(files.map(({ path, sha256 }) => [pathToFileURL(path).href, sha256]));
    this.#folders = packages.map(({ folder }) => folder + sep);
  }

  /** Whether a module is one of the model's files, or code within one. */
  isModels(url: string | undefined): boolean {
    return url !== undefined && (url.startsWith("data:") || this.#hashes.has(bare(url)));
  }

  /**
   * Where Node found what a module imports, with the mark of the load in a file of the model's: each load has modules of its
   * own. Throws for what a model may not import.
   */
  resolved<T extends { readonly url: string }>(specifier: string, { parentURL }: From, found: T): T {
    if (!this.isModels(parentURL)) return found;
    const { url } = found;
    const mark = new URL(parentURL as string).search;
    if (this.#hashes.has(bare(url))) return { ...found, url: bare(url) + mark };
    if (url.startsWith("data:") || this.#isInPackage(url)) return found;
    throw this.#refusal(specifier, parentURL as string, UNKNOWN);
  }

  /** What to throw of an error in the search for a module: a model's file may see no others. */
  unresolved(specifier: string, { parentURL }: From, error: unknown): unknown {
    return this.isModels(parentURL) ? this.#refusal(specifier, parentURL as string, UNKNOWN) : error;
  }

  /** Throws for a module of Node's that a model may not import. */
  checkBuiltin(specifier: string, { parentURL }: From): void {
    const refused = isBuiltin(specifier) && this.isModels(parentURL) && refusedBuiltin(specifier);
    if (refused) throw this.#refusal(specifier, parentURL as string, refused);
  }

  /** A module's source, which must be the one whose hash is known. */
  loaded(url: string, given: LoadFnOutput): LoadFnOutput {
    const expected = this.#hashes.get(bare(url));
    if (expected === undefined) return given;
    const { format, source } = given;
    if (format === "commonjs" || source === undefined || source === null)
      throw new Error(`${fileURLToPath(bare(url))}: expected an ES module (.mjs), got ${format}`);
    if (sha256(typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString("utf8")) === expected)
      return given;
    throw new Error(`${fileURLToPath(bare(url))}: has changed since the sweep began`);
  }

  /** Names the file, unless it is the model's own, which every message names. */
  #refusal(specifier: string, parent: string, why: string): Error {
    const [own] = this.#hashes.keys();
    const isOther = parent.startsWith("file:") && bare(parent) !== own;
    return new Error(`${isOther ? `${fileURLToPath(bare(parent))}: ` : ""}imports '${specifier}': ${why}`);
  }

  #isInPackage(url: string): boolean {
    return url.startsWith("file:") && this.#folders.some((folder) => fileURLToPath(bare(url)).startsWith(folder));
  }
}

/** Without the mark. */
function bare(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
