import type { ModelSpec } from "./spec.ts";

/** A model that the user wrote in JavaScript or Python. Its parameters are known once its file is loaded. */
export interface CodeModel {
  readonly name: string;
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  /** Outputs of each task, [K]; one each if absent. */
  readonly outputs?: readonly number[];
  /** How many classes each task's label has, [K]: null for a number. Absent if all are numbers. */
  readonly classes?: readonly (number | null)[];
  /** Whether rows may lack each task's label, [K]. Absent if none may. */
  readonly gaps?: readonly boolean[];
  /** Whether its losses are multiplied by weights of rows. */
  readonly weighted?: true;
  /** How many values each of the last inputs has, which are numbers of a category's values. Absent without such inputs. */
  readonly categories?: readonly number[];
  /** Absolute path. */
  readonly file: string;
  /** Of all of its code: that of `codeFiles`, or of `pythonFiles`. */
  readonly sha256: string;
  /** In Python: the class or function of the file that makes the model; undefined if there is only one. */
  readonly class?: string;
  /** In Python: keyword arguments of that class. */
  readonly options?: ModelOptions;
  /** Variables of the environment that its process sees, beside those that every model's does. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Values of options by their names. */
export type ModelOptions = Readonly<Record<string, Option | readonly Option[]>>;
type Option = string | number | boolean | null;

/** Variables that every model in code sees: what programs need to run, and where libraries are. */
export const SEEN_BY_ALL: readonly string[] = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TMP",
  "TEMP",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "DYLD_FALLBACK_LIBRARY_PATH",
  "PYTHONPATH",
  "PYTHONHOME",
  "PYTHONUSERBASE",
  "VIRTUAL_ENV",
  "CONDA_PREFIX",
  "PYENV_ROOT",
  "PYENV_VERSION",
  "SystemRoot",
  "SystemDrive",
  "windir",
  "ComSpec",
  "PATHEXT",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
];

export type Model = ModelSpec | CodeModel;

export const LANGUAGES = ["JavaScript", "Python"] as const;
export type Language = (typeof LANGUAGES)[number];

export function isCode(model: Model): model is CodeModel {
  return "file" in model;
}

export function languageOf({ file }: Pick<CodeModel, "file">): Language {
  return /[^/\\]\.py$/i.test(file) ? "Python" : "JavaScript";
}

export function isIn(language: Language, model: Model): model is CodeModel {
  return isCode(model) && languageOf(model) === language;
}
