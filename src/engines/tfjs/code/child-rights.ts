// What the process of a model may do: flags for Node's permission model.
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { findBinding } from "../../../cuda/binding.ts";
import type { SetUp } from "./messages.ts";

/** This package's folder, seen from src as from dist. */
const PACKAGE = realpathSync(fileURLToPath(new URL("../../../..", import.meta.url)));

/**
 * It may read mmoe's own files, those of the model and its packages, and TensorFlow's; write to `folder`, if there is one;
 * start threads, which make rows and serve hooks, and no process.
 */
export function rightsOf({ code, training }: SetUp, folder: string | undefined): string[] {
  const onTensorflow = training?.backend === "tensorflow";
  const readable = [
    ...["dist", "node_modules", "package.json"].map((part) => join(PACKAGE, part)),
    modulesAround(realpathSync(createRequire(import.meta.url).resolve("@tensorflow/tfjs-core"))),
    ...(folder ? [folder] : []),
    ...code.files.map(({ path }) => path),
    ...code.packages.map((each) => each.folder),
    ...(onTensorflow ? tensorflowFolders() : []),
  ];
  return [
    permissionFlag(),
    ...new Set(readable.map((path) => `--allow-fs-read=${path}`)),
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

/** The outermost node_modules that a package lies in. */
function modulesAround(path: string): string {
  const parts = path.split(sep);
  return parts.slice(0, parts.indexOf("node_modules") + 1).join(sep);
}

/** The binding with the packages around it, and what `mmoe cuda setup` made. */
function tensorflowFolders(): string[] {
  const binding = findBinding(process.env);
  if (binding === undefined) return [];
  const { folder, home } = binding;
  const real = realpathSync(folder);
  return [folder, real, modulesAround(real) || real, ...(home === undefined ? [] : [home, realpathSync(home)])];
}
