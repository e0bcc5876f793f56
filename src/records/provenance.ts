import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, hostname, release } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Config } from "../config/config.ts";
import { SETTING_KEYS, type Settings } from "../config/schema.ts";
import type { Engine } from "../engines/engine.ts";
import { SHARD_SCHEMA, type Shard } from "./writer-lock.ts";

/** Program, machine and time of a computation. */
export interface Computation {
  /** The commit that was built; null for a package that does not know it. */
  readonly mmoe: { readonly version: string; readonly commit: string | null; readonly dirty: boolean | null };
  readonly node: string;
  /** Installed version of each package that mmoe depends on, and of the engine's libraries. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly host: string;
  readonly pid: number;
  /** E.g. `linux 6.1.0 x64`. */
  readonly system: string;
  readonly cpu: string;
  /** Cores that the process could use. */
  readonly cores: number;
  readonly argv: readonly string[];
  /** ISO times; `end` is null while the process runs, and if it was killed. */
  readonly start: string;
  readonly end: string | null;
}

/** Provenance of a journal's records: one file beside each journal. */
export interface Provenance extends Computation {
  readonly engine: string;
  readonly device: string;
  /** The engines that trained what `engine` could not. */
  readonly beside?: Engine["beside"];
  /** Of each model in Python, whether it gives the same numbers again on that machine: as two short trainings say. */
  readonly deterministic?: Readonly<Record<string, boolean>>;
  /** The config as resolved for this process. */
  readonly config: Settings;
  /** Its share of the sweep; null for the complete sweep, missing if it was written before sweeps could be shared. */
  readonly shard?: Shard | null;
}

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
    config: Object.fromEntries(SETTING_KEYS.map((key) => [key, config[key]])) as unknown as Settings,
    shard,
  };
}

/** What this process computes with, from now on. */
export function computationHere(argv: readonly string[]): Computation {
  const { version, dependencies } = json(join(ROOT, "package.json")) as Package;
  const build = join(ROOT, "dist/build.json");
  const { commit, dirty, bundled } = (existsSync(build) ? json(build) : { commit: null, dirty: null }) as Build;
  return {
    mmoe: { version, commit, dirty },
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

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Build extends Pick<Provenance["mmoe"], "commit" | "dirty"> {
  /** Versions of the packages inside, if the program is one bundle. */
  readonly bundled?: Readonly<Record<string, string>>;
}

/** This package's folder, seen from src as from dist. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The version in the nearest node_modules that holds the package, as Node looks for it. */
function installedVersion(name: string): string {
  for (let folder = ROOT; ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name, "package.json");
    if (existsSync(path)) return (json(path) as Package).version;
    if (folder === dirname(folder)) return "missing";
  }
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The fields that readers use or compute with; the rest is only shown. */
const PROVENANCE_SCHEMA = z.looseObject({
  mmoe: z.looseObject({ version: z.string() }),
  dependencies: z.record(z.string(), z.string()),
  engine: z.string(),
  device: z.string(),
  beside: z.array(z.object({ name: z.string(), device: z.string() })).optional(),
  host: z.string(),
  pid: z.int(),
  cores: z.int().positive(),
  argv: z.array(z.string()),
  start: z.iso.datetime(),
  end: z.iso.datetime().nullable(),
  shard: SHARD_SCHEMA.nullish(),
});

/** The provenance in a file's text. Throws an error if there is none. */
export function provenanceIn(text: string): Provenance {
  return PROVENANCE_SCHEMA.parse(JSON.parse(text)) as unknown as Provenance;
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
