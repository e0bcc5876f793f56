// What the process of a model may do: flags for Node's permission model.
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { SetUp } from "./messages.ts";

/** This package's folder, seen from src as from dist. */
const PACKAGE = realpathSync(fileURLToPath(new URL("../../../..", import.meta.url)));

/**
 * It may read mmoe's own files, those of the model and its packages, and those that its training takes; write to
 * `folder`, if there is one; and start threads, which make rows and serve hooks, but no process.
 */
export function rightsOf({ code, training }: SetUp, folder: string | undefined): string[] {
  const onTensorflow = training?.backend === "tensorflow";
  const readable = [
    ...["dist", "node_modules", "package.json"].map((part) => join(PACKAGE, part)),
    modulesAround(realpathSync(createRequire(import.meta.url).resolve("@tensorflow/tfjs-core"))),
    ...(folder ? [folder] : []),
    ...code.files.map(({ path }) => path),
    ...code.packages.map((each) => each.folder),
    ...(training?.readable ?? []),
  ];
  return [
    permissionFlag(),
    ...outermost(readable).map((path) => `--allow-fs-read=${path}`),
    ...(folder ? [`--allow-fs-write=${folder}`] : []),
    "--allow-worker",
    ...(onTensorflow ? ["--allow-addons"] : []),
    ...["ExperimentalWarning", "SecurityWarning"].map((warning) => `--disable-warning=${warning}`),
  ];
}

/** Before 22.13 it was an experiment, and had another name. */
function permissionFlag(): string {
  return process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
}

/** Without paths that lie in others: Node then forgets rights of the outer one. */
function outermost(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter((path) => !paths.some((other) => path !== other && path.startsWith(other + sep)));
}

/** The outermost node_modules that a package lies in. */
export function modulesAround(path: string): string {
  const parts = path.split(sep);
  return parts.slice(0, parts.indexOf("node_modules") + 1).join(sep);
}
