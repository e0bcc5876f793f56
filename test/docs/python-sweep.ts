// python/src/mmoe/sweeping.py: `mmoe.sweep` and `mmoe.plan`, from the options of the command and the declaration of settings.
import { Command } from "@commander-js/extra-typings";
import { z } from "zod";
import { define } from "../../src/cli/sweep.ts";
import { addSweepOptions } from "../../src/cli/sweep-options.ts";
import { ANY_FILE_SCHEMA, DECLARED, SETTING_KEYS } from "../../src/config/schema.ts";
import type { Json } from "./made-tables.ts";

interface Keyword {
  readonly name: string;
  /** `--corr`, or the key of a setting. */
  readonly word: string;
  readonly type: string;
  readonly about: string;
}

/** Options whose values are a setting's, by their names. */
const SETTING_OF: Readonly<Record<string, string>> = { corr: "correlations", diagnostics: "diagnostics" };

/** Types of the other options that take a value; text unless they are here. */
const TYPES: Readonly<Record<string, string>> = {
  jobs: "int",
  oneHot: "int",
  minCount: "int",
  hash: "int",
  embedding: "int",
  heldout: "float",
  split: "int",
  folds: "int",
  ndcgAt: "int",
  label: "str | Sequence[str]",
  input: "str | Sequence[str]",
  ignore: "str | Sequence[str]",
  categorical: "str | Sequence[str]",
  lists: "str | Sequence[str]",
  na: "str | Sequence[str]",
  funnel: "str | Sequence[str]",
  env: "str | Sequence[str]",
  task: "Mapping[str, str]",
  modelSet: "Mapping[str, object]",
  python: "PathLike",
};

/** Options that Python has in another form: given by keyword of a setting, by a class or a frame, or shown otherwise. */
const OTHERWISE = ["set", "models", "model", "rows", "out", "dryRun", "json", "quiet", "debug", "loss", "devices"];

/** Settings that no keyword has: mmoe writes them, or `models`, `rows`, `corr` and `task` say them. */
const WRITTEN = ["correlations", "models", "rows", "tuned", "points", "metrics", "ownModels", "taskKinds"];

export function pythonSweep(): string {
  const options = optionKeywords();
  const settings = settingKeywords(options);
  const keywords = [...options, ...settings];
  const table = (of: readonly Keyword[]) => of.map(({ name, word }) => `    "${name}": "${word}",\n`).join("");
  return `"""\`\`mmoe.sweep\`\` and \`\`mmoe.plan\`\`.

\`npm run docs\` in a clone writes this file from the options of the command and the declaration of settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .frames import Results
from .own_metrics import Metrics
from .own_models import Models
from .program import PathLike, Said
from .running import planned, swept

#: Keywords that are options of the command.
OPTIONS = {
${table(options)}}

#: Keywords that are other settings of the config.
SETTINGS = {
${table(settings)}}


${functionOf("sweep", "Results", keywords)}

${functionOf("plan", "Said", keywords)}`;
}

const ABOUT = {
  sweep: `Trains models many times each, and waits for the end. The same call resumes a sweep that was stopped.

    >>> r = mmoe.sweep("paper", corr=[0.5, 1], runs=8, models=["shared-bottom", "mmoe", MyModel], out="results/try")
    >>> r.summary()

    Interrupting the call, as by a notebook's stop button, stops the sweep as Ctrl-C does.`,
  plan: `What \`\`mmoe.sweep\`\` would do with the same arguments: its settings, runs, time and memory. Nothing is trained.

    >>> mmoe.plan("paper", runs=8, models=["mmoe", MyModel])`,
};
const HEAD = [
  ["config", "PathLike", '"paper"', "a preset or a config file (YAML or JSON)"],
  [
    "models",
    "Models | None",
    "None",
    "names such as mmoe, files such as my_model.py, nets.py:Wide:width=16 or mine.mjs, classes,\n        ``mmoe.model(MyModel, width=16)``, and definitions as in a config, such as ``{'name': 'wide', 'like': 'mmoe', 'experts': ...}``; a class may be\n        defined in a notebook (default: the config's models)",
  ],
  [
    "rows",
    "Any",
    "None",
    "train on these rows instead of generated ones: a CSV or Parquet file, or a frame of pandas or Polars with\n        one column per input and label, whose types count",
  ],
  ["out", "PathLike | None", "None", "the results folder (default: results/NAME-HASH)"],
  [
    "metrics",
    "Metrics | None",
    "None",
    "functions ``f(labels, predictions)`` that are recorded for each task, such as those of ``sklearn.metrics``;\n        ``mmoe.metric(f, ...)`` says more of one",
  ],
] as const;
const TAIL = [
  ["progress", "bool", "True", "show a bar and what the program notes, where something trains"],
  ["program", "PathLike | None", "None", "the mmoe program, where it is not found (see docs/python.md)"],
] as const;

function functionOf(name: "sweep" | "plan", returns: string, keywords: readonly Keyword[]): string {
  const all = [
    ...HEAD,
    ...keywords.map(({ name, type, about }) => [name, `${type} | None`, "None", about] as const),
    ...TAIL,
  ];
  const [first, ...others] = all.map(([key, type, value]) => `    ${key}: ${type} = ${value},\n`);
  const told = all.map(([key, , , about]) => `    :param ${key}: ${about}\n`).join("");
  const made = name === "sweep" ? "swept" : "planned";
  return `def ${name}(
${first}    *,
${others.join("")}) -> ${returns}:
    """${ABOUT[name]}

${told}    :returns: ${name === "sweep" ? "the results; runs that failed are in ``.runs`` with their reason" : "text, which a notebook shows"}
    :raises MmoeError: the program refuses, in its words
    """
    return ${made}(locals(), OPTIONS, SETTINGS)
`;
}

function optionKeywords(): Keyword[] {
  const command = addSweepOptions(new Command());
  const whole = new Command();
  define(whole, () => Promise.resolve());
  const known = new Set(command.options.map(({ long }) => long));
  const options = [...command.options, ...whole.options.filter(({ long }) => !known.has(long))];
  return options.flatMap((option) => {
    const key = option.attributeName();
    if (OTHERWISE.includes(key)) return [];
    return [
      {
        name: snake(key),
        word: option.long as string,
        type: optionType(key, option.isBoolean()),
        about: aboutOf(option.description),
      },
    ];
  });
}

function optionType(key: string, isFlag: boolean): string {
  if (isFlag) return "bool";
  const setting = SETTING_OF[key] ?? key;
  if (TYPES[key] !== undefined || !(setting in DECLARED)) return TYPES[key] ?? "str";
  const type = typeOf(schemaOf(setting));
  if (key === "corr") return `float | ${type}`;
  return key === "diagnostics" ? `bool | ${type}` : type;
}

/** Without what is said of typing it. */
function aboutOf(description: string): string {
  return description.replaceAll(/, separated by commas|; repeatable|, or several values/g, "").replaceAll(/\s+/g, " ");
}

function settingKeywords(options: readonly Keyword[]): Keyword[] {
  const taken = new Set(options.map(({ name }) => name));
  const keys = SETTING_KEYS.filter((key) => !WRITTEN.includes(key) && !taken.has(snake(key)));
  return keys.map((key) => ({
    name: snake(key),
    word: key,
    type: typeOf(schemaOf(key)),
    about: meaningOf(schemaOf(key)),
  }));
}

const SCHEMA = z.toJSONSchema(ANY_FILE_SCHEMA, { io: "input" }).properties as Readonly<Record<string, Json>>;
const schemaOf = (key: string) => SCHEMA[key];

function meaningOf({ description, anyOf = [] }: Json): string {
  return description ?? `${anyOf[0]?.description ?? ""}; or several`;
}

/** A type of Python. */
function typeOf(json: Json): string {
  const types = (json.anyOf ?? [json]).flatMap((one) => (one.anyOf ? typeOf(one).split(" | ") : [plainType(one)]));
  return [...new Set(types)].filter((type) => type !== "").join(" | ");
}

function plainType({ type, const: constant, enum: values, items }: Json): string {
  if (constant !== undefined) return `Literal[${JSON.stringify(constant)}]`;
  if (values) return `Literal[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
  if (type === "array") return `Sequence[${typeOf(items ?? {}) || "Any"}]`;
  const names: Readonly<Record<string, string>> = {
    integer: "int",
    number: "float",
    string: "str",
    boolean: "bool",
    object: "Mapping[str, Any]",
  };
  return names[String(type)] ?? "";
}

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll(".", "_");
