import { createHash } from "node:crypto";
import { readText } from "../regular-file.ts";
import type { ModelSpec } from "./spec.ts";

/** A model that the user wrote in JavaScript. Its parameters are known once its file is loaded. */
export interface CodeModel {
  readonly name: string;
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  /** Absolute path. */
  readonly file: string;
  /** SHA-256 of the file's text, in hexadecimal digits. */
  readonly sha256: string;
}

export type Model = ModelSpec | CodeModel;

/** Most bytes of a model's file. */
const LARGEST_CODE = 1_000_000;

/** The text of a model's file, and its SHA-256. Throws UsageError, by the name `source`, if it can't be read. */
export function readCode(file: string, source = file): { readonly text: string; readonly sha256: string } {
  const text = readText(file, { source, most: LARGEST_CODE });
  return { text, sha256: createHash("sha256").update(text).digest("hex") };
}

export function isCode(model: Model): model is CodeModel {
  return "file" in model;
}
