// The languages that models in code are written in: what starts a worker of each, and what it sees of this machine.
import { randomBytes } from "node:crypto";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { type CodeFiles, codeFiles } from "../../code/javascript-files.ts";
import { pythonFiles } from "../../code/python-files.ts";
import { UsageError } from "../../errors.ts";
import { type CodeModel, type Language, SEEN_BY_ALL } from "../../models/code.ts";
import { PACKAGE_FOLDER, type Python } from "./find-python.ts";

type Variables = Readonly<Record<string, string>>;

/** How workers of one language are started. */
export interface Adapter {
  readonly language: Language;
  /** The engine's name in records; seeds of runs are of a stream of this name. */
  readonly engine: "python" | "node";
  /** A program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Whether orders and messages go over the standard streams, or both ways over descriptor 3. */
  readonly channel: "standard" | "descriptor 3";
  /** Bytes of a process that has a usual library loaded, without its model. */
  readonly processBytes: number;
  /** The model's files. */
  filesOf(model: CodeModel): CodeFiles;
  /** Variables that its worker needs beside SEEN_BY_ALL, for a device. */
  variables(device: string): Variables;
  /** Has a worker of this code be forked by a process that has imported its slow libraries. */
  forkServer?(code: CodeFiles): Variables;
  /** What to say if the program is not there. */
  missing(): Error;
}

/** Where cards are, and how they are used: seen by all too. */
const CARDS = /^(CUDA|NVIDIA|CUDNN|CUBLAS|NCCL)_/;

/** Without threads beside the one that trains: as many processes as there are cores train at once. */
const ONE_THREAD = Object.fromEntries(
  ["OMP", "MKL", "OPENBLAS", "VECLIB", "NUMEXPR"].map((library) => [`${library}_NUM_THREADS`, "1"]),
);

/** The environment of a worker: the same for every user of the model, but for where programs, libraries and cards are. */
export function workerEnvironment(
  adapter: Adapter,
  { env: asked = {} }: Pick<CodeModel, "env">,
  device: string,
  given: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const kept = Object.entries(given).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (SEEN_BY_ALL.includes(entry[0]) || CARDS.test(entry[0])),
  );
  return { ...Object.fromEntries(kept), ...ONE_THREAD, ...adapter.variables(device), ...asked };
}

/** Whose calls one server of forks serves: those of the Python that has started mmoe, or of this process; empty for no server. */
const FORK_OWNER = ownerOf(process.env.MMOE_FORK_SERVER);

function ownerOf(given: string | undefined): string {
  if (given === "" || given?.startsWith(`${process.ppid}:`)) return given; // a batch job may have inherited another machine's
  return `${process.pid}:${randomBytes(8).toString("hex")}`;
}

export function pythonAdapter(python: Python, env: NodeJS.ProcessEnv = process.env): Adapter {
  const { PYTHONPATH, XLA_FLAGS = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1" } = env;
  return {
    language: "Python",
    engine: "python",
    command: [python.path, "-m", "mmoe.worker"],
    channel: "standard",
    processBytes: 300e6,
    filesOf: (model) => pythonFiles(model),
    variables: (device) => ({
      ...(device === "cpu" && { JAX_PLATFORMS: "cpu" }),
      XLA_FLAGS,
      PYTHONPATH: [PACKAGE_FOLDER, ...(PYTHONPATH ? [PYTHONPATH] : [])].join(delimiter),
      PYTHONSAFEPATH: "1", // the working folder is no place of modules
      PYTHONHASHSEED: "0", // the order of a set's texts
    }),
    forkServer: ({ modules }) => (modules?.has("torch") ? { MMOE_FORK_SERVER: FORK_OWNER } : {}),
    missing: () =>
      new UsageError(`no Python at ${python.path} (from ${ASKED[python.from]}); give another by --python PATH`),
  };
}

const ASKED: Readonly<Record<Python["from"], string>> = {
  "--python": "--python",
  MMOE_PYTHON: "MMOE_PYTHON",
  VIRTUAL_ENV: "VIRTUAL_ENV",
  PATH: "the PATH",
};

/** The compiled file, also for tests and benchmarks, which are not compiled. */
const NODE_WORKER = fileURLToPath(
  new URL("./node-worker.js", import.meta.url.replace("/src/engines/", "/dist/engines/")),
);

export function nodeAdapter(): Adapter {
  return {
    language: "JavaScript",
    engine: "node",
    command: [process.execPath, NODE_WORKER],
    channel: "descriptor 3",
    processBytes: 150e6,
    filesOf: (model) => codeFiles(model),
    variables: () => ({}),
    missing: () => new Error(`${process.execPath} does not start`),
  };
}
