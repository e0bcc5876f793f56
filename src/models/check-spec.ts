import { thousands } from "../units.ts";
import { GATING_NAMES, type Gating, type GatingTraits, traitsOf } from "./gatings.ts";
import {
  expertCount,
  expertsOf,
  gateCount,
  levelCount,
  type ModelSpec,
  plainInputs,
  readInputs,
  type Selection,
} from "./spec.ts";

/** Refuses a spec that is not a model: RangeError with the field, what it expects and what it got. */
export function checkSpec(spec: ModelSpec): void {
  const { name, experts, tower, gate, gating } = spec;
  if (!GATING_NAMES.includes(gating))
    throw new RangeError(`model ${name}: gating: expected one of ${GATING_NAMES.join(", ")}, got ${gating}`);
  const sizes = {
    inputs: [spec.inputs],
    embeddings: (spec.embeddings ?? []).flatMap(({ rows, size, slots = 1 }) => [rows, size, slots]),
    tasks: [spec.tasks],
    "experts.layers": experts.layers,
    "gate.layers": gate.layers,
    "tower.layers": tower.layers,
    "tower.gate": tower.gate === undefined ? [] : [tower.gate],
  };
  for (const [field, values] of Object.entries(sizes)) {
    for (const size of values) expectCount(name, field, size, 1);
  }
  expectCount(name, "inputs beside embeddings", plainInputs(spec), 0);
  expectCount(name, "experts.shared", experts.shared, 0);
  expectCount(name, "experts.perTask", experts.perTask, 0);
  if (experts.shared + experts.perTask === 0)
    throw new RangeError(`model ${name}: expected an expert for each task, got none`);
  if (experts.layers.length === 0 && !readsInputs(spec))
    throw new RangeError(`model ${name}: experts.layers: expected a layer, got none`);
  checkActivation(spec);
  checkSize(spec);
  checkGating(spec);
  checkSharing(spec);
  checkClosed(spec);
  checkMasks(spec);
  checkTowerGates(spec);
  checkFactors(spec);
  checkLevels(spec);
  checkTop(spec);
  checkGateDropout(spec);
  checkNoise(spec);
  checkSelected(spec);
  expectProbability(name, "dropout", spec.dropout);
}

/** Whether each task has an expert of its own, which hands on what it reads. */
function readsInputs({ gating, experts: { shared, perTask, activation = "relu", norm } }: ModelSpec): boolean {
  return gating === "none" && shared === 0 && perTask === 1 && activation === "relu" && !norm;
}

/** Checks that there is a last layer of experts of its own, where its units are normalised or are no ReLUs. */
function checkActivation({ name, gating, experts: { activation = "relu", norm } }: ModelSpec): void {
  if (!["relu", "none", "swish"].includes(activation))
    throw new RangeError(`model ${name}: experts.activation: expected relu, none or swish, got ${activation}`);
  if (norm && activation === "relu")
    throw new RangeError(`model ${name}: experts.norm: expected activation swish or none, got relu`);
  if (["none", "connections"].includes(traitsOf({ gating }).links)) return;
  if (norm) throw new RangeError(`model ${name}: experts.norm: expected no norm with gating ${gating}, got one`);
  if (activation === "swish")
    throw new RangeError(`model ${name}: experts.activation: expected relu or none with gating ${gating}, got swish`);
}

/** Most weights of a model: engines number them with 31 bits. */
const MOST_WEIGHTS = 2 ** 31 - 1;
/** Most layers of all networks of a model, each of which has tensors of its own. */
const MOST_LAYERS = 100_000;

/** Refuses a model that is larger than any engine trains, before its tensors are listed: RangeError. */
function checkSize(spec: ModelSpec): void {
  const { name, tasks: K, experts, gate, tower } = spec;
  const [E, levels, gates] = [expertCount(spec), levelCount(spec), gateCount(spec)];
  const H = experts.layers.at(-1) ?? readInputs(spec);
  const links = traitsOf(spec).links === "connections" ? K * E : 0;
  const layers =
    levels * (E * experts.layers.length + gates * (gate.layers.length + 1)) + K * (tower.layers.length + 1) + links;
  if (layers > MOST_LAYERS) throw tooLarge(name, MOST_LAYERS, "layers of its networks", layers);
  const ofLevel = (from: number) =>
    E * weightsOf([from, ...experts.layers]) + gates * weightsOf([from, ...gate.layers, E]);
  const weights = ofLevel(readInputs(spec)) + (levels - 1) * ofLevel(H) + K * weightsOf([H, ...tower.layers, 1]);
  const ofTower = (units: number) => (tower.gate ? weightsOf([readInputs(spec), tower.gate, units]) : 0);
  const ofPairs = K * (spec.factors ?? 0) * plainInputs(spec);
  const all = weights + ofPairs + links * H ** 2 + K * tower.layers.reduce((sum, units) => sum + ofTower(units), 0);
  if (all > MOST_WEIGHTS) throw tooLarge(name, MOST_WEIGHTS, "weights", all);
}

/** Weights of dense layers from sizes[0] units to the last. */
function weightsOf(sizes: readonly number[]): number {
  return sizes.slice(1).reduce((sum, to, i) => sum + sizes[i] * to, 0);
}

function tooLarge(model: string, most: number, what: string, got: number): RangeError {
  return new RangeError(
    `model ${model}: too large: expected at most ${thousands(most)} ${what}, got about ${thousands(got)}`,
  );
}

/** Checks that the fields of one gating are there with it, and only with it. */
function checkSharing({ name, gating, constraint, ranks }: ModelSpec): void {
  expectTogether(name, { field: "constraint", value: constraint, gating, needs: "l2-constrained" });
  if (constraint !== undefined && !(constraint >= 0))
    throw new RangeError(`model ${name}: constraint: expected a number from 0, got ${constraint}`);
  expectTogether(name, { field: "ranks", value: ranks, gating, needs: "tensor-factorization" });
  for (const [field, rank] of Object.entries(ranks ?? {})) expectCount(name, `ranks.${field}`, rank, 1);
}

function expectTogether(
  name: string,
  { field, value, gating, needs }: { field: string; value: unknown; gating: Gating; needs: Gating },
): void {
  if (gating === needs && value === undefined)
    throw new RangeError(`model ${name}: gating ${gating}: expected ${field}, got none`);
  if (gating !== needs && value !== undefined)
    throw new RangeError(`model ${name}: ${field}: expected gating ${needs}, got ${gating}`);
}

/** Checks that closed experts are shared by several tasks, each of which still sees an expert. */
function checkClosed(spec: ModelSpec): void {
  const { name, gating, tasks } = spec;
  const { shared, closed = 0 } = spec.experts;
  expectCount(name, "experts.closed", closed, 0);
  if (closed === 0) return;
  if (closed > shared)
    throw new RangeError(`model ${name}: experts.closed: expected at most the ${shared} shared experts, got ${closed}`);
  if (tasks === 1) throw new RangeError(`model ${name}: experts.closed: expected 0 with one task, got ${closed}`);
  if (traitsOf(spec).gates !== "per-task")
    throw new RangeError(`model ${name}: experts.closed: expected a gate for each task, got gating ${gating}`);
  if (expertsOf(spec, 0).length === 0)
    throw new RangeError(`model ${name}: experts.closed: expected an expert that task 1 sees, got none`);
}

/** Checks that gates of towers have layers to multiply, and that these are no products over tasks or tied to others. */
function checkTowerGates({ name, gating, tower }: ModelSpec): void {
  if (tower.gate === undefined) return;
  if (tower.layers.length === 0)
    throw new RangeError(`model ${name}: tower.gate: expected a layer in tower.layers, got none`);
  if (["none", "connections"].includes(traitsOf({ gating }).links)) return;
  throw new RangeError(
    `model ${name}: tower.gate: expected no gates of towers with gating ${gating}, got ${tower.gate}`,
  );
}

/** Checks that the outputs to which products of factors are added are linear in the inputs. */
function checkFactors({ name, factors, experts, tower }: ModelSpec): void {
  if (factors === undefined) return;
  expectCount(name, "factors", factors, 1);
  const layers = experts.layers.length + tower.layers.length;
  if (layers > 0)
    throw new RangeError(`model ${name}: factors: expected no layers of experts and towers, got ${layers}`);
}

/** Checks that masks have a layer to read, before that which they multiply. */
function checkMasks({ name, gating, experts: { layers } }: ModelSpec): void {
  if (traitsOf({ gating }).links !== "masks" || layers.length > 1) return;
  throw new RangeError(
    `model ${name}: experts.layers: expected two layers or more with gating ${gating}, got ${layers.length}`,
  );
}

/** Checks that codes have an expert each. */
function checkSelected(spec: ModelSpec): void {
  const { name, gate } = spec;
  if (gate.select === undefined) return;
  if (gate.top !== undefined) throw new RangeError(`model ${name}: gate: expected top or select, got both`);
  if (gateCount(spec) === 0)
    throw new RangeError(`model ${name}: gate.select: expected a gate, got gating ${spec.gating}`);
  const gates = Array.from({ length: gateCount(spec) }, (_, g) => expertsOf(spec, g).length);
  checkSelection(name, gate.select, gates);
}

/** Checks that levels have what leads from one to the next. */
function checkLevels(spec: ModelSpec): void {
  const { name, gating } = spec;
  expectCount(name, "levels", levelCount(spec), 1);
  if (levelCount(spec) > 1 && gateCount(spec) < spec.tasks)
    throw new RangeError(`model ${name}: levels: expected a gate for each task, got gating ${gating}`);
}

/** Checks that a gate has as many experts as it keeps. */
function checkTop(spec: ModelSpec): void {
  const { name, gate } = spec;
  if (gate.top === undefined) return;
  expectCount(name, "gate.top", gate.top, 1);
  if (gateCount(spec) === 0)
    throw new RangeError(`model ${name}: gate.top: expected a gate, got gating ${spec.gating}`);
  const seen = expertsOf(spec, 0).length;
  if (gate.top > seen)
    throw new RangeError(`model ${name}: gate.top: expected at most ${seen} experts, got ${gate.top}`);
}

/** Checks that there are weights of a softmax to drop. */
function checkGateDropout(spec: ModelSpec): void {
  const { name, gating, gate } = spec;
  if (gate.dropout === undefined) return;
  expectProbability(name, "gate.dropout", gate.dropout);
  if (gate.select) throw new RangeError(`model ${name}: gate: expected dropout or select, got both`);
  if (gateCount(spec) === 0) throw new RangeError(`model ${name}: gate.dropout: expected a gate, got gating ${gating}`);
}

/** Checks that there are logits to be noisy, and weights whose sums are compared. */
function checkNoise(spec: ModelSpec): void {
  const { name, gating, gate } = spec;
  for (const field of ["noise", "importance"] as const) {
    if (!gate[field]) continue;
    if (gate.select) throw new RangeError(`model ${name}: gate: expected ${field} or select, got both`);
    if (gateCount(spec) === 0)
      throw new RangeError(`model ${name}: gate.${field}: expected a gate, got gating ${gating}`);
  }
  if (!((gate.importance ?? 0) >= 0))
    throw new RangeError(`model ${name}: gate.importance: expected a number from 0, got ${gate.importance}`);
}

/** Checks that there are the experts that a gating takes. */
function checkGating({ name, gating, experts: { shared, perTask } }: ModelSpec): void {
  const [seen, aTask] = [shared + perTask, `${perTask} a task`];
  const rules: Readonly<
    Record<GatingTraits["experts"], readonly [is: boolean, expected: string, got: string | number]>
  > = {
    any: [true, "", ""],
    one: [seen === 1, "one expert a task", seen],
    shared: [perTask === 0, "only shared experts", aTask],
    "one-own": [perTask === 1, "one expert a task", perTask],
    alone: [perTask === 1 && shared === 0, "one expert a task and none shared", `${aTask} and ${shared} shared`],
  };
  const [is, expected, got] = rules[traitsOf({ gating }).experts];
  if (!is) throw new RangeError(`model ${name}: gating ${gating}: expected ${expected}, got ${got}`);
}

/** Refuses a selection that no gate can make; `gates` are the numbers of experts that gates see. */
function checkSelection(name: string, { experts, gamma, entropy }: Selection, gates: readonly number[]): void {
  expectCount(name, "gate.select.experts", experts, 1);
  if (!(gamma > 0)) throw new RangeError(`model ${name}: gate.select.gamma: expected a number above 0, got ${gamma}`);
  if (!(entropy >= 0))
    throw new RangeError(`model ${name}: gate.select.entropy: expected a number from 0, got ${entropy}`);
  for (const E of gates) {
    if (!Number.isInteger(Math.log2(E)) || E < 2)
      throw new RangeError(`model ${name}: gate.select: expected a gate over 2, 4, 8, .. experts, got ${E}`);
  }
}

function expectProbability(model: string, field: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new RangeError(`model ${model}: ${field}: expected a number from 0 to below 1, got ${value}`);
}

/** Refuses a size of a model that is no whole number of at least `least`. */
function expectCount(model: string, field: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`model ${model}: ${field}: expected a whole number from ${least}, got ${value}`);
}
