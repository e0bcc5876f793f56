import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, hostname, release } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Config } from "../config/config.ts";
import { SETTING_KEYS } from "../config/schema.ts";
import type { Engine } from "../engines/engine.ts";
import { SHARD_SCHEMA, type Shard } from "./writer-lock.ts";

const versions = z.record(z.string(), z.string()).readonly();

/** Program, machine and time of a computation. */
const COMPUTATION = z.object({
  /** The commit that was built; null for a package that does not know it. */
  mmoe: z.object({ version: z.string(), commit: z.string().nullable(), dirty: z.boolean().nullable() }),
  node: z.string(),
  /** Installed version of each package that mmoe depends on, and of the engine's libraries. */
  dependencies: versions,
  host: z.string(),
  pid: z.int(),
  /** E.g. `linux 6.1.0 x64`. */
  system: z.string(),
  cpu: z.string(),
  /** Cores that the process could use. */
  cores: z.int().positive(),
  argv: z.array(z.string()).readonly(),
  start: z.iso.datetime(),
  /** Null while the process runs, and if it was killed. */
  end: z.iso.datetime().nullable(),
});

export type Computation = Readonly<z.output<typeof COMPUTATION>>;

/** Provenance of a journal's records: one file beside each journal. */
const PROVENANCE = COMPUTATION.extend({
  engine: z.string(),
  device: z.string(),
  /** The engines that trained what `engine` could not. */
  beside: z
    .array(z.object({ name: z.string(), device: z.string() }))
    .readonly()
    .optional(),
  /** Of each model in Python, whether it gives the same numbers again on that machine: as two short trainings say. */
  deterministic: z.record(z.string(), z.boolean()).readonly().optional(),
  /** The config as resolved for this process; nobody reads it back. */
  config: z.unknown(),
  /** Its share of the sweep; null for the complete sweep, missing if it was written before sweeps could be shared. */
  shard: SHARD_SCHEMA.nullish(),
});

export type Provenance = Readonly<z.output<typeof PROVENANCE>>;

interface Process extends Pick<Computation, "argv"> {
  readonly config: Config;
  readonly shard: Shard | null;
  readonly engine: Pick<Engine, "name" | "device" | "libraries" | "deterministic" | "beside">;
}

/** The provenance of this process, which starts to train now. */
export function provenanceOf({ argv, config, engine, shard }: Process): Provenance {
  const origins = computationHere(argv);
  const { deterministic = {} } = engine;
  return {
    ...origins,
    dependencies: { ...origins.dependencies, ...engine.libraries },
    engine: engine.name,
    device: engine.device,
    ...(engine.beside && { beside: engine.beside }),
    ...(Object.keys(deterministic).length > 0 && { deterministic }),
    config: Object.fromEntries(SETTING_KEYS.map((key) => [key, config[key]])),
    shard,
  };
}

/** What this process computes with, from now on. */
export function computationHere(argv: readonly string[]): Computation {
  const { version, dependencies } = PACKAGE.parse(json(join(ROOT, "package.json")));
  const build = join(ROOT, "dist/build.json");
  const { bundled, ...built } = BUILD.parse(existsSync(build) ? json(build) : { commit: null, dirty: null });
  return {
    mmoe: { version, ...built },
    node: process.version,
    dependencies:
      bundled ?? Object.fromEntries(Object.keys(dependencies).map((name) => [name, installedVersion(name)])),
    host: hostname(),
    pid: process.pid,
    system: `${process.platform} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    argv,
    start: new Date().toISOString(),
    end: null,
  };
}

const PACKAGE = z.object({ version: z.string(), dependencies: versions.default({}) });

/** What the build says; with the versions of the packages inside, if the program is one bundle. */
const BUILD = COMPUTATION.shape.mmoe.omit({ version: true }).extend({ bundled: versions.optional() });

/** This package's folder, seen from src as from dist. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The version in the nearest node_modules that holds the package, as Node looks for it. */
function installedVersion(name: string): string {
  for (let folder = ROOT; ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name, "package.json");
    if (existsSync(path)) return PACKAGE.parse(json(path)).version;
    if (folder === dirname(folder)) return "missing";
  }
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The provenance in a file's text. Throws an error if there is none. */
export function provenanceIn(text: string): Provenance {
  return PROVENANCE.parse(JSON.parse(text));
}

/**
 * The options of `mmoe sweep` for the engine that a sweep was trained on last: `--engine tfjs --backend cpu`. Empty for the
 * default engine.
 */
export function engineWords({ provenances }: { readonly provenances: readonly Provenance[] }): string[] {
  const { argv = [], engine: trained } = provenances.at(-1) ?? {};
  const typed = optionIn(argv, "--engine");
  const engine = typed !== undefined && typed !== "auto" ? typed : TENSORFLOW.find((name) => name === trained);
  if (engine === undefined) return [];
  const backend = engine === "tfjs" ? optionIn(argv, "--backend") : undefined;
  return [
    "--engine",
    engine,
    ...(backend === undefined ? [] : ["--backend", backend]),
    ...(engine === "cuda" && argv.includes("--allow-cpu") ? ["--allow-cpu"] : []),
  ];
}

/** Engines that a sweep may have been trained on without an option: by MMOE_ENGINE, or as a card was there. */
const TENSORFLOW = ["tfjs", "cuda"];

/** The value of the option `flag` in a command line, the last if there are several. */
function optionIn(argv: readonly string[], flag: string): string | undefined {
  const values = argv.flatMap((word, i) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
    return word === flag ? argv.slice(i + 1, i + 2) : [];
  });
  return values.at(-1);
}
