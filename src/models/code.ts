import type { ModelSpec } from "./spec.ts";

/** A model that the user wrote in JavaScript. Its parameters are known once its file is loaded. */
export interface CodeModel {
  readonly name: string;
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  /** Outputs of each task, [K]; one each if absent. */
  readonly outputs?: readonly number[];
  /** Absolute path. */
  readonly file: string;
  /** Of all of its code: that of `codeFiles`. */
  readonly sha256: string;
}

export type Model = ModelSpec | CodeModel;

export function isCode(model: Model): model is CodeModel {
  return "file" in model;
}
