// What mmoe and the process of a model in JavaScript tell each other.
import { UsageError } from "../../../errors.ts";
import { MachineError, type MachineTrouble, machineError } from "../../../machine-error.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { CodeFiles } from "../../../models/code-files.ts";
import type { ChildMessage } from "../../children/model-child.ts";
import type { Run, RunResult } from "../../engine.ts";
import type { Backend } from "../tf.ts";
import type { Shape } from "./model-code.ts";

/** What a process is for: told first, and once. */
export interface SetUp {
  readonly model: CodeModel;
  readonly code: CodeFiles;
  /** What trains it; undefined for a process that only loads it. */
  readonly training?: CodeTrainingOptions | undefined;
  /** The process that it belongs to. */
  readonly parent: number;
}

export interface CodeTrainingOptions {
  readonly backend: Backend;
  /** The device's name in results. */
  readonly device: string;
  /** Whether steps are traced, and then by how many threads rows are made. */
  readonly traced: boolean;
  readonly jobs: number;
  readonly xla?: boolean;
  /** Folders of files that the backend reads. */
  readonly readable: readonly string[];
}

/** A table's rows, for the runs on it. */
interface SentTable {
  readonly sha256: string;
  readonly numbers: Uint8Array;
  readonly heldout?: Uint8Array | undefined;
}

/** Each is answered before the next is asked; a table is not. */
export type Order =
  | { readonly setUp: SetUp }
  | { readonly load: true }
  | { readonly try: true }
  | { readonly table: SentTable }
  | { readonly train: Run<CodeModel>; readonly keepParameters: boolean };

export type Message = ChildMessage<Answer> | { readonly error: SentError };

/** For `load` what the file declares, for `try` what a step draws, for `train` the result. */
export type Answer = Described | DrawnNumbers | Omit<RunResult, "run"> | undefined;

/** How many random numbers a step is fed: in all, and for each of its rows. */
export interface DrawnNumbers {
  readonly fixed: number;
  readonly perRow: number;
}

/** A model in JavaScript, without its code. */
export interface Described {
  readonly about?: string | undefined;
  readonly parameters: readonly { readonly name: string; readonly shape: Shape; readonly size: number }[];
  /** The number of all parameters, and of what a run keeps beside them. */
  readonly size: number;
  readonly stateSize: number;
}

/** An error on its way: what the author, or the machine, or a bug of mmoe's did. */
interface SentError {
  readonly message: string;
  readonly stack: string;
  readonly kind: "author" | "bug" | MachineTrouble;
}

export function sentError(error: unknown): SentError {
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof UsageError) return { message, stack, kind: "author" };
  const trouble = machineError(error);
  return trouble ? { message: trouble.details, stack, kind: trouble.trouble } : { message, stack, kind: "bug" };
}

export function receivedError({ message, stack, kind }: SentError): Error {
  if (kind === "author") return new UsageError(message);
  if (kind !== "bug") return new MachineError(kind, message);
  return Object.assign(new Error(message), { stack });
}
