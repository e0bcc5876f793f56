import { unreachable } from "../errors.ts";
import {
  embeddedInputs,
  type Layer,
  type Mix,
  type Operation,
  type OperationOf,
  type ParameterBlock,
  programOf,
  type Value,
} from "../models/program.ts";
import { type ModelSpec, plainInputs } from "../models/spec.ts";
import {
  hardConcrete,
  ITSELF,
  kept,
  linkedSum,
  type Mixed,
  mixed,
  noisy,
  selected,
  softmaxOfTop,
  total,
} from "./mixes.ts";
import {
  chained,
  dense,
  modulated,
  normalized,
  paired,
  rectified,
  type Span,
  scaled,
  type Tape,
  type Units,
} from "./tape.ts";

/** A gate on all rows. */
export interface GateWeights {
  /** [N, number of `seen`]. */
  readonly weights: Units;
  /** The experts of its level that it weighs, in order. */
  readonly seen: readonly number[];
}

/** The first layer of an expert or a gate, or the first factor of experts' first layers: it reads the rows. */
export interface FirstLayer {
  /** The expert's number; undefined for a gate and for a factor. */
  readonly expert: number | undefined;
  readonly isRelu: boolean;
  /** [D, U]. */
  readonly kernel: Span;
  /** [U]. */
  readonly bias: Span | undefined;
  /** Before its activation, [N, U]. */
  readonly units: Units;
}

/** What is random in a step, and not on held-out rows. */
export interface StepDraws {
  /** Dropout's factors [N, units] of a ReLU layer of an expert or a tower, such as `experts/3/0`, or of a gate's weights, `gates/0`. */
  readonly factors?: ((layer: string, units: number) => ArrayLike<number>) | undefined;
  /** Normals [N, E] by which the logits of a gate, such as `gates/0`, are noisy. */
  readonly normals?: ((gate: string, E: number) => ArrayLike<number>) | undefined;
  /** log u - log(1 - u) of SNR's gate between task k and expert e. */
  readonly noise?: ((k: number, e: number) => number) | undefined;
}

/** What a model computes of N rows. */
export interface Network {
  /** The tasks' predictions, [N, 1] each. */
  readonly outputs: readonly Units[];
  /** Each task's gate of the last level, which its tower reads by; none in a model without gates. */
  readonly gates: readonly GateWeights[];
  readonly allGates: readonly GateWeights[];
  /** What DSelect-k's gates of all levels read their selection from, each [N, k + k bits]. */
  readonly selections: readonly Units[];
  /** The ReLU layers of experts but the first, which read the rows, and those of towers. */
  readonly deeperUnits: readonly Units[];
  readonly towerUnits: readonly Units[];
  readonly first: readonly FirstLayer[];
}

/** x [N, D] through the model whose parameters the tape has: as on held-out rows, or in a step with these draws. */
export function network(tape: Tape, spec: ModelSpec, x: Float64Array, draws: StepDraws = {}): Network {
  return new Interpreter(tape, spec, draws).network(tape.input(x));
}

/** Computes a model's program, one case for each operation. */
class Interpreter {
  readonly #tape: Tape;
  readonly #spec: ModelSpec;
  readonly #draws: StepDraws;
  readonly #values: Units[] = [];
  readonly #selections: Units[] = [];
  readonly #first: FirstLayer[] = [];
  readonly #active: { readonly layer: Layer; readonly units: Units }[] = [];
  readonly #allGates: GateWeights[] = [];
  #gates: GateWeights[] = [];

  constructor(tape: Tape, spec: ModelSpec, draws: StepDraws) {
    this.#tape = tape;
    this.#spec = spec;
    this.#draws = draws;
  }

  network(rows: Units): Network {
    const { operations, outputs } = programOf(this.#spec);
    this.#values.push(rows);
    for (const operation of operations) this.#values.push(...this.#computed(operation));
    const active = this.#active.sort((a, b) => a.layer.kernel.offset - b.layer.kernel.offset);
    const unitsOf = (part: string) =>
      active.flatMap(({ layer, units }) => (layer.kernel.part === part && !layer.readsRows ? [units] : []));
    return {
      outputs: this.#units(outputs),
      gates: this.#gates,
      allGates: this.#allGates,
      selections: this.#selections,
      deeperUnits: unitsOf("experts"),
      towerUnits: unitsOf("towers"),
      first: this.#first,
    };
  }

  #computed(operation: Operation): Units[] {
    const tape = this.#tape;
    switch (operation.kind) {
      case "embed":
        return [embedded(tape, this.#spec, this.#values[0], operation)];
      case "dense":
        return operation.layers.map((layer) => this.#dense(layer));
      case "sum":
        return operation.parts.map((parts, k) => this.#sum(operation.coefficients, k, this.#units(parts)));
      case "average": {
        const experts = this.#units(operation.experts);
        return operation.seen.map((seen) =>
          total(
            tape,
            seen.map((e) => experts[e]),
            1 / seen.length,
          ),
        );
      }
      case "mix":
        return this.#mixes(operation);
      case "normalize":
        return operation.norms.map(({ input, gain, shift }) => normalized(tape, this.#values[input], gain, shift));
      case "modulate":
        return operation.modulations.map(({ units, by, factor }) =>
          modulated(tape, this.#values[units], this.#values[by], factor),
        );
      case "funnel":
        return this.#funnelled(operation);
      case "pairs":
        return operation.machines.map((machine) =>
          paired(tape, this.#values[machine.output], this.#values[machine.input], machine),
        );
      default:
        return unreachable(operation);
    }
  }

  #funnelled({ outputs, chain }: OperationOf<"funnel">): Units[] {
    const values = this.#units(outputs);
    for (let i = 1; i < chain.length; i++)
      values[chain[i]] = chained(this.#tape, values[chain[i - 1]], values[chain[i]]);
    return values;
  }

  #units(values: readonly Value[]): Units[] {
    return values.map((value) => this.#values[value]);
  }

  #dense(layer: Layer): Units {
    const { input, kernel, bias, isRelu, expert, readsRows, dropped } = layer;
    const units = dense(this.#tape, this.#values[input], kernel, bias, input === 0);
    if (readsRows) this.#first.push({ expert, isRelu, kernel, bias, units });
    if (!isRelu) return units;
    const on = rectified(this.#tape, units);
    const factors = dropped && this.#draws.factors?.(dropped, units.width);
    const active = factors ? scaled(this.#tape, on, factors) : on;
    this.#active.push({ layer, units: active });
    return active;
  }

  /** Parts times row k of coefficients, or by the gates of SNR that these are. */
  #sum({ offset, kind }: ParameterBlock, k: number, parts: readonly Units[]): Units {
    const { noise } = this.#draws;
    const row = { offset: offset + k * parts.length, size: parts.length };
    return linkedSum(
      this.#tape,
      parts,
      row,
      kind === "log-alpha" ? hardConcrete(noise && ((e) => noise(k, e))) : ITSELF,
    );
  }

  #mixes({ experts: values, mixes }: OperationOf<"mix">): Units[] {
    const experts = this.#units(values);
    const gates = mixes.map((mix) => ({ weights: this.#weights(mix), seen: mix.seen }));
    const { tasks: K } = this.#spec;
    this.#allGates.push(...gates);
    this.#gates = gates.length < K ? new Array<GateWeights>(K).fill(gates[0]) : gates.slice(0, K);
    return mixes.map(({ seen, taught, own }, i) => {
      const parts = seen.map((e): Mixed => ({ units: experts[e], learns: taught.includes(e) }));
      const mix = mixed(this.#tape, gates[i].weights, parts);
      return own === undefined ? mix : total(this.#tape, [mix, experts[own]]);
    });
  }

  /** A gate's outputs → its weights of the experts that it sees. */
  #weights({ gate, seen, dropped, noisy: by }: Mix): Units {
    const { select, top } = this.#spec.gate;
    const outputs = this.#values[gate];
    if (select) {
      this.#selections.push(outputs);
      return selected(this.#tape, outputs, select, seen.length);
    }
    const logits = by === undefined ? outputs : noisy(this.#tape, outputs, this.#draws.normals?.(by, seen.length));
    const weights = softmaxOfTop(this.#tape, logits, top);
    const factors = dropped && this.#draws.factors?.(dropped, seen.length);
    return factors ? kept(this.#tape, weights, factors) : weights;
  }
}

/** Rows [N, D], the last inputs of which are numbers of vectors → [N, read]: the plain inputs, then the vectors, of lists their means. */
function embedded(tape: Tape, spec: ModelSpec, rows: Units, { tables, slots }: OperationOf<"embed">): Units {
  const [D, plain, width] = [spec.inputs, plainInputs(spec), embeddedInputs(spec, tables)];
  const out = new Float64Array(tape.rows * width);
  for (let n = 0; n < tape.rows; n++) out.set(rows.values.subarray(n * D, n * D + plain), n * width);
  const eachNumber = (visit: (at: number, i: number, share: number, table: ParameterBlock) => void) => {
    for (let n = 0; n < tape.rows; n++) {
      let [at, column] = [n * width + plain, n * D + plain];
      for (const [t, table] of tables.entries()) {
        const size = table.shape[1];
        const numbers = rows.values.subarray(column, column + slots[t]).filter((number) => number >= 0);
        for (const number of numbers)
          for (let j = 0; j < size; j++) visit(at + j, number * size + j, 1 / numbers.length, table);
        at += size;
        column += slots[t];
      }
    }
  };
  eachNumber((at, i, share, table) => {
    out[at] += share * tape.value(table)[i];
  });
  return tape.units(out, (gradient) => {
    eachNumber((at, i, share, table) => {
      const to = tape.gradientAt(table);
      if (to) to[i] += share * gradient[at];
    });
  });
}
