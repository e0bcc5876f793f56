import { GENERATOR_PRESETS } from "../data/presets.ts";
import { type Part, paperCount, parameterCount } from "../models/parameters.ts";
import type { ModelSpec } from "../models/spec.ts";
import { type Ends, MODEL_NAMES, ZOO } from "../models/zoo.ts";
import { thousands } from "../units.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { choiceOption, countOption } from "./options.ts";
import { modelText } from "./text/model-text.ts";
import { table } from "./text/table.ts";

const PARTS: readonly Part[] = ["experts", "gates", "links", "towers", "outputs"];

/** Tasks have directions of their own, so there are no more than inputs; more than this would take long. */
const MOST_TASKS = 1_000;

interface Options {
  readonly inputs: string;
  readonly tasks: string;
  readonly json?: boolean;
  readonly describe?: string;
}

export const define: Define = (command, run) => {
  command
    .option("--inputs <n>", "input dimension d", String(GENERATOR_PRESETS.paper.settings.inputs))
    .option("--tasks <n>", "tasks K", "2")
    .option("--json", "as JSON: specs, and counts by part")
    .option("--describe <model>", "one model: formula, drawing, sizes, source, engines")
    .addHelpText(
      "after",
      examples("mmoe models", "mmoe models --describe ple", "mmoe models --inputs 112 --tasks 3", "mmoe models --json"),
    )
    .action((options: Options) => run(async (context) => listModels(options, context)));
};

function listModels({ inputs, tasks, json = false, describe }: Options, { effects }: Context): number {
  const D = countOption("--inputs", inputs, 2);
  const ends = { inputs: D, tasks: countOption("--tasks", tasks, 2, Math.min(D, MOST_TASKS)) };
  if (describe !== undefined) {
    effects.stdout.write(describedModel(describe, ends, json));
    return EXIT.done;
  }
  const specs: ModelSpec[] = MODEL_NAMES.map((name) => ZOO[name].build(ends));
  effects.stdout.write(json ? `${JSON.stringify(specs.map(described), null, 2)}\n` : listed(specs));
  return EXIT.done;
}

function describedModel(text: string, ends: Ends, json: boolean): string {
  const name = choiceOption("--describe", text, MODEL_NAMES);
  const { about, formula, source, build } = ZOO[name];
  const spec = build(ends);
  if (!json) return modelText(spec, { about, formula, source });
  return `${JSON.stringify({ ...described(spec), about, formula, source }, null, 2)}\n`;
}

function described(spec: ModelSpec) {
  const parameters = Object.fromEntries(PARTS.map((part) => [part, parameterCount(spec, part)]));
  return { ...spec, parameters: { ...parameters, total: parameterCount(spec), paper: paperCount(spec) } };
}

function listed(specs: readonly ModelSpec[]): string {
  const header = ["parameters of", ...PARTS, "total", "paper's"];
  const rows = specs.map((spec) => {
    const counts = [...PARTS.map((part) => parameterCount(spec, part)), parameterCount(spec), paperCount(spec)];
    return [spec.name, ...counts.map(thousands)];
  });
  const abouts = MODEL_NAMES.map((name) => [name, ZOO[name].about]);
  const width = Math.max(...MODEL_NAMES.map((name) => name.length));
  const about = abouts.map(([name, text]) => `${(name as string).padEnd(width)}  ${text}\n`).join("");
  return `${table([header, ...rows])}\npaper's: as the paper counts, the kernels of experts and towers.\n\n${about}`;
}
