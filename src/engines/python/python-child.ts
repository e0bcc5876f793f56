import { spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { UsageError } from "../../errors.ts";
import { MachineError } from "../../machine-error.ts";
import type { CodeModel } from "../../models/code.ts";
import type { CodeFiles } from "../../models/code-files.ts";
import { type Connection, ModelChild } from "../children/model-child.ts";
import { modelError } from "../children/model-error.ts";
import { PACKAGE_FOLDER, type Python } from "./find-python.ts";
import { type Loaded, PROTOCOL, type PythonAnswer, type PythonMessage, type PythonOrder } from "./messages.ts";
import { SharedFile } from "./shared-file.ts";

/** Files that a process shares with mmoe. */
interface Shared {
  readonly folder: string;
  readonly rows: SharedFile;
  readonly state: SharedFile;
}

/** What a process is for. */
interface PythonSetUp {
  readonly python: Python;
  readonly model: CodeModel;
  readonly files: CodeFiles["files"];
  /** Where PyTorch computes: `cpu` or `cuda`. */
  readonly device: string;
}

/** A process that runs the code of one model in Python. */
export class PythonChild extends ModelChild<PythonOrder, PythonAnswer> {
  readonly device: string;
  readonly rows: SharedFile;
  readonly state: SharedFile;
  readonly #files: CodeFiles["files"];
  readonly #shared: Shared;
  #loaded: Loaded | undefined;

  /** Throws MachineError if no process can be started. `note` gets what the model prints. */
  constructor(setUp: PythonSetUp, note: (line: string) => void) {
    const shared = share();
    super(setUp.model, connect(setUp, shared, note), note);
    this.device = setUp.device;
    this.rows = shared.rows;
    this.state = shared.state;
    this.#files = setUp.files;
    this.#shared = shared;
  }

  /** Has the process load its model. Throws UsageError for a Python that can't work, and for a file that is no model. */
  async begin(silentMs: number): Promise<void> {
    const { folder } = this.#shared;
    const hello = { order: "hello", protocol: PROTOCOL, rows: join(folder, ROWS), state: join(folder, STATE) } as const;
    await this.ask(hello, { doing: "starts", silentMs });
    if (process.platform !== "win32") rmSync(folder, { recursive: true, force: true }); // both have its files open
    const { file, class: made = null, options = {} } = this.model;
    const model = { file, files: this.#files, class: made, options, device: this.device };
    this.#loaded = (await this.ask({ order: "load", model }, { doing: "is loaded", silentMs })) as Loaded;
  }

  /** What the process said of its model. Throws RangeError before it has begun. */
  get loaded(): Loaded {
    if (this.#loaded === undefined) throw new RangeError(`model ${this.model.name}: expected a process that has begun`);
    return this.#loaded;
  }
}

const ROWS = "rows";
const STATE = "state";

/** Makes the files, which only this user may read. */
function share(): Shared {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-python-"));
  const made = (name: string) => new SharedFile(openSync(join(folder, name), "wx+", 0o600));
  return { folder, rows: made(ROWS), state: made(STATE) };
}

/** A process, and lines of JSON to and from it. */
function connect(
  { python: { path, from }, model, device }: PythonSetUp,
  { folder, rows, state }: Shared,
  note: (line: string) => void,
): Connection<PythonOrder, PythonAnswer> {
  const child = spawn(path, ["-m", "mmoe.worker"], {
    env: environment(process.env, device),
    stdio: "pipe",
    detached: process.platform !== "win32", // a group of its own, which Ctrl-C does not reach and a kill does, with all that it forked
  });
  const lines = createInterface({ input: child.stdout });
  child.stdin.on("error", () => {}); // what a dead one is told, its death answers
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
    } catch {
      // all of it has ended
    }
  };
  return {
    process: child,
    prints: [child.stderr],
    send: (order) => child.stdin.write(`${JSON.stringify(order)}\n`),
    listen: (hear, fail) => {
      child.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" || error.code === "EACCES") fail(noPython({ path, from }));
      });
      lines.on("line", (line) => {
        const message = messageIn(line);
        if (message === undefined) fail(modelError(model, `its process says what is no message: ${line.slice(0, 60)}`));
        else if ("error" in message) fail(errorOf(model, message.error, note));
        else if ("progress" in message) hear({ progress: [message.progress, Number.NaN, message.processorMs] });
        else hear(message);
      });
    },
    afterLast: (then) => {
      killGroup(); // what it forked, which may hold its output open
      if (child.stdout.closed) then();
      else child.stdout.once("close", then);
    },
    kill: () => {
      if (child.exitCode === null && child.signalCode === null) killGroup(); // else its number may be another's
    },
    dispose: () => {
      rows.close();
      state.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Undefined for a line that the worker did not write. */
function messageIn(line: string): PythonMessage | undefined {
  try {
    return JSON.parse(line) as PythonMessage;
  } catch {
    return undefined;
  }
}

/** Without threads beside the one that trains: as many processes as there are cores train at once. */
function environment(env: NodeJS.ProcessEnv, device: string): NodeJS.ProcessEnv {
  const { PYTHONPATH, XLA_FLAGS = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1" } = env;
  const threads = ["OMP", "MKL", "OPENBLAS", "VECLIB", "NUMEXPR"].map((library) => [`${library}_NUM_THREADS`, "1"]);
  return {
    ...(device === "cpu" && { JAX_PLATFORMS: "cpu" }),
    ...env,
    ...Object.fromEntries(threads),
    XLA_FLAGS,
    PYTHONPATH: [PACKAGE_FOLDER, ...(PYTHONPATH ? [PYTHONPATH] : [])].join(delimiter),
    PYTHONSAFEPATH: "1", // the working folder is no place of modules
    PYTHONHASHSEED: "0", // the order of a set's texts
  };
}

const ASKED: Readonly<Record<Python["from"], string>> = {
  "--python": "--python",
  MMOE_PYTHON: "MMOE_PYTHON",
  VIRTUAL_ENV: "VIRTUAL_ENV",
  PATH: "the PATH",
};

function noPython({ path, from }: Python): UsageError {
  return new UsageError(`no Python at ${path} (from ${ASKED[from]}); give another by --python PATH`);
}

function errorOf(
  model: CodeModel,
  { kind, message, file, line, code, traceback = [] }: Extract<PythonMessage, { error: unknown }>["error"],
  note: (line: string) => void,
): Error {
  if (kind === "memory") return new MachineError("memory", message);
  if (code === undefined && traceback.length > 0)
    for (const each of traceback.join("").trimEnd().split("\n")) note(`model ${model.name}: ${each}`);
  const place = { path: file ?? model.file, ...(line && { line }) };
  return modelError(model, code ? `${message} (at: ${code})` : message, place);
}
