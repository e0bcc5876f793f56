import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { getSystemErrorMap } from "node:util";
import { UsageError } from "./errors.ts";

/** What a machine can be short of; `worker`: a thread that ended by itself. */
type MachineTrouble = "memory" | "threads" | "files" | "disk" | "worker";

interface Meaning {
  readonly text: string;
  readonly wayOut?: string;
  /** Whether the same command may do what is left without anybody's help. */
  readonly mayPass: boolean;
}

const MEANINGS: Readonly<Record<MachineTrouble, Meaning>> = {
  memory: { text: "out of memory", wayOut: "free some, or give fewer --jobs or fewer rows", mayPass: false },
  threads: {
    text: "no more threads can be started",
    wayOut: "end other processes, or raise ulimit -u",
    mayPass: true,
  },
  files: { text: "too many open files", wayOut: "raise ulimit -n, or give fewer --jobs", mayPass: false },
  disk: { text: "the disk is full", wayOut: "free some space", mayPass: false },
  worker: { text: "a worker died", mayPass: true },
};

/** Trouble of the machine, not of a run or of mmoe: the work can still be done later. */
export class MachineError extends Error {
  override name = "MachineError";
  readonly trouble: MachineTrouble;
  readonly details: string;
  /** What happened, without the way out. */
  readonly what: string;

  constructor(trouble: MachineTrouble, details: string, options?: ErrorOptions) {
    const { text, wayOut } = MEANINGS[trouble];
    const what = `${text} (${details})`;
    super(wayOut ? `${what}; ${wayOut}` : what, options);
    this.trouble = trouble;
    this.details = details;
    this.what = what;
  }

  /** Whether the same command may do what is left without anybody's help. */
  get mayPass(): boolean {
    return MEANINGS[this.trouble].mayPass;
  }
}

const TROUBLES: Readonly<Record<string, MachineTrouble>> = {
  ERR_WORKER_OUT_OF_MEMORY: "memory",
  ENOMEM: "memory",
  ERR_WORKER_INIT_FAILED: "threads",
  EMFILE: "files",
  ENFILE: "files",
  ENOSPC: "disk",
  EDQUOT: "disk",
};

/** V8's messages if the system has no memory for arrays or for WebAssembly. */
const OUT_OF_MEMORY = /could not allocate memory|allocation failed|Unable to grow instance memory|Out of memory/;

/** The machine's trouble that an error reports; undefined for any other error. */
export function machineError(error: unknown): MachineError | undefined {
  if (error instanceof MachineError) return error;
  if (!(error instanceof Error)) return undefined;
  const trouble = troubleOf(error);
  return trouble && new MachineError(trouble, error.message, { cause: error });
}

function troubleOf(error: NodeJS.ErrnoException): MachineTrouble | undefined {
  const { code = "", syscall = "", message } = error;
  if (code === "ERR_WORKER_INIT_FAILED" && message.includes("EMFILE")) return "files";
  if (code === "ERR_MODULE_NOT_FOUND" && isInstalled(message)) return "files"; // Node could not open its package.json
  if (code === "EAGAIN" && syscall.startsWith("spawn")) return "threads"; // of a pipe it means something else
  return TROUBLES[code] ?? (OUT_OF_MEMORY.test(message) ? "memory" : undefined);
}

/** Whether the folder of the module that an error says it can't find is there. */
function isInstalled(message: string): boolean {
  const path = /'([^']*node_modules[^']*)'/.exec(message)?.[1];
  return path !== undefined && existsSync(dirname(path));
}

/** True for an error of the operating system: a file that can't be opened, a full disk. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** Does what may fail without harm: a file in a folder that somebody removed, a full disk. */
export function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof UsageError)) throw error;
  }
}

/** An operating system's error in words, e.g. `no space left on device`. */
export function systemReason({ errno, code, message }: NodeJS.ErrnoException): string {
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known?.[1] ?? code ?? message;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it runs, as somebody else
  }
}
