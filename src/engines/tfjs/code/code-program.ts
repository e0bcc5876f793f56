// The training of one run of a model in JavaScript as a traced program: one graph for all runs of a shape.
import { isDeepStrictEqual } from "node:util";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import type { TaskSettings } from "../../../data/task-kinds.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Run } from "../../engine.ts";
import type { Heeds, Optimizer } from "../../training-settings.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import { drawName, type StepDraw } from "../model/draws.ts";
import type { LossRule } from "../model/losses.ts";
import type { Batch } from "../model/objective.ts";
import type { Tf } from "../tf.ts";
import type { Loop } from "../trace/loop.ts";
import { Program } from "../trace/program.ts";
import type { Specs, Tensors } from "../trace/step.ts";
import { UntraceableError } from "../trace/untraceable.ts";
import { stateNames, updatesOf } from "../traced/in-place.ts";
import { isConcurrent, type ProgramOptions } from "../traced/training-program.ts";
import { float, setsOf } from "../traced/training-shape.ts";
import type { Declared, Kind, LoadedCode } from "./load-code.ts";
import { codeLosses, codeStep } from "./objective.ts";
import type { CodeValues } from "./predict.ts";
import type { Drawing } from "./step-random.ts";

/** The settings that this path reads. */
export const HEEDS: Heeds = {
  ...{ trainRows: true, sampling: true, batch: true, steps: true, optimizer: true, lr: true, method: false },
  ...{
    huberDelta: true,
    arithmetic: false,
    initializer: true,
    evalEvery: true,
    heldoutRows: true,
    validationRows: true,
    taskKinds: true,
  },
};

/** What a graph depends on. */
export interface CodeShape {
  readonly model: CodeModel;
  readonly optimizer: Optimizer;
  readonly huberDelta: number | null;
  /** Absent if all tasks are regressions of weight 1. */
  readonly kinds?: readonly TaskSettings[];
  readonly B: number;
  /** Whether rows are fed; if not, numbers of rows of the fixed set are. */
  readonly fresh: boolean;
  /** What a step draws; this is fed too. */
  readonly draws: readonly StepDraw[];
}

export function codeShape(tf: Tf, { model, training }: Run<CodeModel>, loaded: LoadedCode): CodeShape {
  const { optimizer, huberDelta, taskKinds: kinds, batch: B, trainRows } = training;
  const draws = drawsOf(tf, loaded, B, kinds);
  return { model, optimizer, huberDelta, ...(kinds && { kinds }), B, fresh: trainRows === "fresh", draws };
}

/** What a step on B rows draws: it is tried on zeros. */
export function drawsOf(tf: Tf, loaded: LoadedCode, B: number, tasks: CodeShape["kinds"]): readonly StepDraw[] {
  const { inputs, tasks: K } = loaded.model;
  const draws: StepDraw[] = [];
  const drawing: Drawing = (draw) => {
    draws.push(draw);
    return tf.fill([...draw.shape], 0.5);
  };
  tf.tidy(() => {
    const zeros = (kind: Kind) => loaded[kind].map(({ shape }) => tf.zeros([...shape]));
    const values = { parameters: zeros("parameters"), state: zeros("state") };
    codeStep(
      tf,
      loaded,
      values,
      { x: tf.zeros([B, inputs]), y: tf.zeros([B, K]) },
      { rule: { huberDelta: null, tasks }, drawing },
    );
  });
  return draws;
}

/** The draws that are fed to a graph. Throws UntraceableError where the code draws others than when it was tried. */
function fedDrawing(given: Tensors, draws: readonly StepDraw[]): Drawing {
  return (draw, i) => {
    const fed = given[drawName(i)];
    if (fed !== undefined && isDeepStrictEqual(draw, draws[i])) return fed;
    throw new UntraceableError("it draws other random numbers in each call");
  };
}

/** The variables that hold what a model declares, in its order: a user's names may have any letters. */
export function declaredVariables(loaded: LoadedCode, kind: Kind): string[] {
  return loaded[kind].map((_, i) => `${kind}/${i}`);
}

/**
 * Loops as those of the family's programs, with the axis of one replica: `train`, and `heldout/errors`, `train/errors`
 * of the sets. Throws UntraceableError for code that can't be recorded; as the `cause` of a UsageError with the line, if
 * it is known.
 */
export function codeProgram(tf: Tf, loaded: LoadedCode, shape: CodeShape, { xla = false }: ProgramOptions): Program {
  const { inputs, tasks } = shape.model;
  const rows = setsOf(shape).flatMap((set) => [
    [`${set}/x`, float([null, inputs])],
    [`${set}/y`, float([null, tasks])],
  ]);
  const evaluations = setsOf(shape).map((set) => [`${set}/errors`, evaluation(tf, loaded, shape, set)]);
  return new Program(tf, {
    variables: {
      ...{ ...optimized(loaded, shape), ...stateSpecs(loaded), ...Object.fromEntries(rows) },
      ...(shape.kinds && { [LOSS_UNITS]: float([1, tasks]) }),
    },
    loops: { train: training(tf, loaded, shape), ...Object.fromEntries(evaluations) },
    xla,
    concurrent: isConcurrent(tf, shape.B * loaded.size),
  });
}

/** Each parameter, and its optimizer's moments. */
function optimized(loaded: LoadedCode, { optimizer }: CodeShape): Specs {
  const names = declaredVariables(loaded, "parameters");
  const entries = loaded.parameters.flatMap(({ shape }: Declared, i) =>
    stateNames(optimizer, names[i] as string).map((name) => [name, float(shape)]),
  );
  return Object.fromEntries(entries);
}

function stateSpecs(loaded: LoadedCode): Specs {
  const names = declaredVariables(loaded, "state");
  return Object.fromEntries(loaded.state.map(({ shape }, i) => [names[i] as string, float(shape)]));
}

/** A step on rows `numbers` [1, B] of the fixed set, or on fresh `x` [1, B, D] and `y` [1, B, K], with its rates. */
function training(tf: Tf, loaded: LoadedCode, shape: CodeShape): Loop {
  const { model, optimizer, B, fresh, draws } = shape;
  const rows: Specs = fresh
    ? { x: float([1, B, model.inputs]), y: float([1, B, model.tasks]) }
    : { numbers: { shape: [1, B], dtype: "int32" } };
  const drawn: Specs = Object.fromEntries(draws.map(({ shape }, i) => [drawName(i), float(shape)]));
  return {
    fed: { ...rows, ...drawn, rate: float([]), epsilon: float([]) },
    variables: [
      ...declaredVariables(loaded, "state"),
      ...(fresh ? [] : ["train/x", "train/y"]),
      ...ruleVariables(shape),
    ],
    inPlace: Object.keys(optimized(loaded, shape)),
    step: (given) => {
      const batch = fresh ? oneReplica(tf, given as unknown as Batch) : gathered(tf, given, "train");
      const drawing = fedDrawing(given, draws);
      const { losses, gradients, state } = codeStep(tf, loaded, valuesIn(given, loaded), batch, {
        rule: ruleOf(shape, given),
        drawing,
      });
      const byName = named(declaredVariables(loaded, "parameters"), gradients);
      return {
        updates: updatesOf(tf, optimizer, byName, given),
        next: named(declaredVariables(loaded, "state"), state),
        outputs: { losses },
      };
    },
  };
}

/** Sums of losses [K] of rows `numbers` [1, rows] of a set, each counted by its weight [rows, 1]. */
function evaluation(tf: Tf, loaded: LoadedCode, shape: CodeShape, set: RowSet): Loop {
  return {
    fed: { numbers: { shape: [1, EVALUATED_ROWS], dtype: "int32" }, weights: float([EVALUATED_ROWS, 1]) },
    variables: [
      ...declaredVariables(loaded, "parameters"),
      ...declaredVariables(loaded, "state"),
      `${set}/x`,
      `${set}/y`,
      ...ruleVariables(shape),
    ],
    step: (given) => {
      const losses = codeLosses(tf, loaded, valuesIn(given, loaded), gathered(tf, given, set), ruleOf(shape, given));
      return { outputs: { sums: tf.sum(tf.mul(losses, given.weights as Tensor), 0) } };
    },
  };
}

/** The variable of what the losses are multiplied by, [1, K], where some labels are classes. */
export const LOSS_UNITS = "lossUnits";

function ruleVariables({ kinds }: CodeShape): string[] {
  return kinds ? [LOSS_UNITS] : [];
}

function ruleOf({ huberDelta, kinds }: CodeShape, given: Tensors): LossRule {
  return { huberDelta, tasks: kinds, lossUnits: given[LOSS_UNITS] };
}

function valuesIn(given: Tensors, loaded: LoadedCode): CodeValues {
  const of = (kind: Kind) => declaredVariables(loaded, kind).map((name) => given[name] as Tensor);
  return { parameters: of("parameters"), state: of("state") };
}

function named(names: readonly string[], tensors: readonly Tensor[]): Tensors {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i] as Tensor]));
}

function gathered(tf: Tf, given: Tensors, set: RowSet): Batch {
  const pick = (values: Tensor | undefined) => tf.gather(values as Tensor2D, given.numbers as Tensor2D);
  return oneReplica(tf, { x: pick(given[`${set}/x`]), y: pick(given[`${set}/y`]) });
}

/** [1, B, ...] → [B, ...]. */
function oneReplica(tf: Tf, { x, y }: Batch): Batch {
  return { x: tf.squeeze(x, [0]), y: tf.squeeze(y, [0]) };
}
