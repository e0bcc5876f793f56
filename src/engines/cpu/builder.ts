// The program of a model as instructions, one case for each operation.
import { unreachable } from "../../errors.ts";
import { traitsOf } from "../../models/gatings.ts";
import {
  embeddedInputs,
  type Machine,
  type Mix,
  type Modulation,
  type Norm,
  type Operation,
  type OperationOf,
  programOf,
  type Value,
} from "../../models/program.ts";
import { firstOutput, plainInputs, type Selection } from "../../models/spec.ts";
import { roundUp } from "../rows/arena.ts";
import { columnBytes, inputPanelBytes, type Layout } from "../rows/panels.ts";
import { type Columns, columnsFrom, Reach, takeColumns } from "./columns.ts";
import { type Chance, DenseLayers, lastDropped, type StepPlan } from "./dense.ts";
import { embedding } from "./embedding.ts";
import { float32Word, type Instruction, instruction } from "./instructions.ts";

/** Columns of weights [E] of a mix: addresses of the first column, and the bytes between panels. */
type MixWeights = Pick<Columns, "value" | "stride">;

/** Writes the operations of a model, forwards and backwards, and takes their buffers from the plan. */
export class Builder {
  readonly #plan: StepPlan;
  readonly #layout: Layout;
  readonly #dense: DenseLayers;
  /** By value; none for the rows. */
  readonly #values: (Columns | undefined)[] = [undefined];
  /** Addresses of the records of the vectors that a batch has, of tables whose steps are lazy. */
  readonly touched: number[] = [];
  /** By an expert's address: the gate column of each mix that it is in, and that mix's gradient. */
  readonly #uses = new Map<number, { gate: number; gateStride: number; mix: Columns }[]>();

  constructor(plan: StepPlan) {
    this.#plan = plan;
    this.#layout = plan.weights.layout;
    this.#dense = new DenseLayers(plan);
  }

  /** Writes the forward pass; what is predicted, the outputs of all tasks side by side. */
  predictions(O: number): Columns {
    const { operations, outputs } = programOf(this.#plan.spec);
    for (const operation of operations) this.#values.push(...this.#written(operation));
    return columnsFrom(this.#units(outputs[0]), 0, O);
  }

  #written(operation: Operation): Columns[] {
    switch (operation.kind) {
      case "embed":
        return [this.#embed(operation)];
      case "dense":
        return this.#dense.write(operation, ({ input }) => this.#values[input]);
      case "sum":
        return this.#sums(operation);
      case "average":
        return this.#averages(operation);
      case "mix":
        return this.#mixes(operation);
      case "normalize":
        return this.#normalized(operation);
      case "modulate":
        return this.#modulated(operation);
      case "funnel":
        return this.#funnelled(operation);
      case "pairs":
        return this.#paired(operation);
      default:
        return unreachable(operation);
    }
  }

  #units(value: Value): Columns {
    return this.#values[value] as Columns;
  }

  #columns(N: number): Columns {
    return takeColumns(this.#plan.arena, this.#plan.P, N, this.#layout);
  }

  /** What networks read where the rows have numbers of vectors. */
  #embed({ tables, slots }: OperationOf<"embed">): Columns {
    const { arena, weights, spec, batch, tape } = this.#plan;
    const input: Columns = { ...this.#columns(embeddedInputs(spec, tables)), constant: plainInputs(spec) };
    const { forward, backward, touched } = embedding(arena, weights, spec, { tables, slots, input, batch });
    this.touched.push(...touched);
    tape.push([forward], (reach) => (reach.has(input) ? [...backward] : []));
    return input;
  }

  #averages({ experts, seen }: OperationOf<"average">): Columns[] {
    const all = experts.map((expert) => this.#units(expert));
    this.#mixable(all);
    return seen.map((own) => {
      const weights = new Float32Array(own.length * this.#layout.panelRows).fill(1 / own.length);
      const value = this.#plan.arena.put(weights);
      const { mix, out } = this.#mixBy(
        own.map((e) => all[e]),
        { value, stride: 0 },
      );
      this.#plan.tape.push([mix], () => []);
      return out;
    });
  }

  #mixes({ experts, mixes }: OperationOf<"mix">): Columns[] {
    const { select } = this.#plan.spec.gate;
    const all = experts.map((expert) => this.#units(expert));
    this.#mixable(all);
    const hasOwn = mixes.some(({ own }) => own !== undefined);
    const places = mixes.reduce((sum, { seen }) => sum + seen.length, 0);
    const [selected, shared] = [select && this.#columns(places), hasOwn ? this.#columns(places) : undefined];
    let place = 0;
    return mixes.map((mix) => {
      const E = mix.seen.length;
      const gate = this.#units(mix.gate);
      const weights = selected ? columnsFrom(selected, place, E) : gate;
      const shares = shared && columnsFrom(shared, place, E);
      place += E;
      return this.#mix(mix, all, { gate, weights, shares });
    });
  }

  /** A mix [B, H] of experts: of a gate's outputs become weights, and of these shares, if an expert is added as it is. */
  #mix(
    { seen, taught, own, dropped, noisy }: Mix,
    all: readonly Columns[],
    {
      gate,
      weights,
      shares,
    }: { readonly gate: Columns; readonly weights: Columns; readonly shares: Columns | undefined },
  ): Columns {
    const { tape, spec } = this.#plan;
    const [E, experts] = [seen.length, seen.map((e) => all[e])];
    const by = { gate: weights.value, gateStride: weights.stride };
    const { mix, out, of } = this.#mixBy(
      experts,
      shares ?? weights,
      taught.map((e) => seen.indexOf(e)),
    );
    const added = { ...by, E, own: own === undefined ? -1 : seen.indexOf(own) };
    const residual = shares
      ? [instruction("residual", { ...added, shares: shares.value, sharesStride: shares.stride })]
      : [];
    const { select, top, importance = 0 } = spec.gate;
    if (select) {
      this.#selected(select, { gate, weights, experts, out }, [...residual, mix]);
      return out;
    }
    const softmax =
      top === undefined ? instruction("softmax", { ...by, E }) : instruction("topSoftmax", { ...by, E, k: top });
    const gradient = { mix: out.gradient, mixStride: out.stride, dLogits: gate.gradient, dStride: gate.stride };
    const drop = dropped === undefined ? [] : [this.#dropped(dropped, { ...by, E })];
    const noise = noisy === undefined ? [] : [this.#noise(noisy, { ...by, E })];
    tape.push([...noise, softmax, ...drop, ...residual, mix], (reach) => {
      const pull = reach.hasPenalty ? importance : 0;
      if (!reach.has(out) && pull === 0) return [];
      reach.add(gate);
      const ofMix = reach.has(out)
        ? instruction("gateGradient", { ...of, ...by, ...gradient })
        : clearing(columnsFrom(gate, 0, E));
      return [ofMix, ...(noisy || pull ? [this.#noisyGradient(gate, { E, pull, isNoisy: noisy !== undefined })] : [])];
    });
    return out;
  }

  /** Noise on a gate's logits. */
  #noise(gate: string, by: { readonly gate: number; readonly gateStride: number; readonly E: number }): Instruction {
    const { keyOf, step } = this.#plan.chance as Chance;
    return instruction("addNoise", {
      ...by,
      key: this.#plan.arena.put(Uint32Array.from(keyOf(`noise/${gate}`))),
      step,
    });
  }

  /**
   * Adds the gradient of `pull` times the squared coefficient of variation of importances to that of a gate's logits, and makes of these
   * that of their noise. The importances' mean is rows / E: the coefficient is E / rows² times the sum of their squares, less 1.
   */
  #noisyGradient(gate: Columns, { E, pull, isNoisy }: { E: number; pull: number; isNoisy: boolean }): Instruction {
    const { arena, batch: rows } = this.#plan;
    return instruction("noisyGradient", {
      ...{ gate: gate.value, gateStride: gate.stride, E, rows, isNoisy: Number(isNoisy) },
      ...{ pull: float32Word((2 * E * pull) / rows ** 2), slopes: arena.take(4 * E) },
      ...{ d: gate.gradient, dStride: gate.stride },
    });
  }

  /** Weights that are dropped. By weights as they are then, the gradient of their logits is that of a softmax without these. */
  #dropped(gate: string, by: { readonly gate: number; readonly gateStride: number; readonly E: number }): Instruction {
    const { spec, arena, chance } = this.#plan;
    const { keyOf, step } = chance as Chance;
    const key = arena.put(Uint32Array.from(keyOf(`dropout/${gate}`)));
    return instruction("dropWeights", { ...by, key, last: lastDropped(spec.gate.dropout as number), step });
  }

  /** DSelect-k: a gate's outputs to the weights of E experts, by codes; then `mix`. */
  #selected(
    { experts: k, gamma, entropy }: Selection,
    mixed: {
      readonly gate: Columns;
      readonly weights: Columns;
      readonly experts: readonly Columns[];
      readonly out: Columns;
    },
    mix: readonly Instruction[],
  ): void {
    const { arena, batch, tape } = this.#plan;
    const { gate, weights, experts, out } = mixed;
    const bits = Math.log2(experts.length);
    const scratch = arena.take(4 * this.#layout.lanes * (2 * k * (1 + bits) + experts.length));
    const of = { gate: gate.value, gateStride: gate.stride, k, bits, gamma: float32Word(gamma), scratch };
    const gradients = { d: weights.gradient, dStride: weights.stride, out: gate.gradient, outStride: gate.stride };
    const forward = instruction("selectExperts", { ...of, weights: weights.value, weightsStride: weights.stride });
    tape.push([forward, ...mix], (reach) => {
      if (!reach.has(out) && !reach.hasPenalty) return [];
      reach.add(gate);
      const perRow = float32Word(reach.hasPenalty ? entropy / batch : 0);
      return [
        reach.has(out) ? this.#sharesGradient(experts, out, weights) : clearing(weights),
        instruction("selectGradient", { ...of, ...gradients, rows: batch, entropy: perRow }),
      ];
    });
  }

  /** Sums [B, H] by numbers that are learned and no functions of the row; those of SNR are the numbers' gates. */
  #sums({ coefficients, parts }: OperationOf<"sum">): Columns[] {
    const { arena, weights, tape } = this.#plan;
    const units = parts.map((values) => values.map((value) => this.#units(value)));
    this.#mixable([...new Set(units.flat())]);
    const at = 4 * (weights.vectors.get(coefficients) as number);
    const [E, count, column] = [units[0].length, coefficients.size, columnBytes(this.#layout)];
    const value = arena.take(count * column);
    const all = this.#columns(count);
    const slopes = arena.put(new Float32Array(roundUp(count, this.#layout.lanes)).fill(1));
    const first =
      coefficients.kind === "log-alpha"
        ? instruction("linkGates", { w: at, count, ...this.#linkNoise(), out: value, slopes })
        : instruction("spread", { w: at, count, out: value });
    const mixes = units.map((own, k) => this.#mixBy(own, { value: value + k * E * column, stride: 0 }));
    const update = this.#vectorUpdate(at, all, slopes);
    const outs = mixes.map(({ out }) => out);
    tape.push([first, ...mixes.map(({ mix }) => mix)], (reach) => {
      if (!outs.some((out) => reach.has(out))) return [];
      const gradients = outs.map((out, k) => {
        const own = columnsFrom(all, k * E, E);
        return reach.has(out) ? this.#sharesGradient(units[k], out, own) : clearing(own);
      });
      return [...gradients, update];
    });
    return outs;
  }

  /** The step of numbers by columns that are their gradients in each row, times `trained`: as that of biases. */
  #vectorUpdate(at: number, { gradient: g, stride: gStride, width: N }: Columns, trained: number): Instruction {
    const noInputs = { x: 0, xStride: 0, D: 0, rows: 0, sums: 0 };
    return instruction("update", { ...noInputs, g, gStride, N, w: at, bias: at, trained });
  }

  /** Units of all values side by side, as wide as `widths`. */
  #sideBySide(widths: readonly number[]): Columns[] {
    const all = this.#columns(widths.reduce((sum, width) => sum + width, 0));
    let column = 0;
    return widths.map((width) => {
      column += width;
      return columnsFrom(all, column - width, width);
    });
  }

  #normalized({ norms }: OperationOf<"normalize">): Columns[] {
    const outs = this.#sideBySide(norms.map(({ input }) => this.#units(input).width));
    for (const [i, norm] of norms.entries()) this.#norm(norm, outs[i]);
    return outs;
  }

  /** A layer norm. The gradients of its gains in each row are beside its hats. */
  #norm({ input, gain, shift }: Norm, out: Columns): void {
    const { arena, weights, tape } = this.#plan;
    const [x, N] = [this.#units(input), out.width];
    const hats = this.#columns(N + 1);
    const [atGain, atShift] = [gain, shift].map((block) => 4 * (weights.vectors.get(block) as number));
    const ones = arena.put(new Float32Array(roundUp(N, this.#layout.lanes)).fill(1));
    const of = { hats: hats.value, hatsStride: hats.stride, N, gain: atGain };
    const to = { shift: atShift, out: out.value, outStride: out.stride };
    tape.push([instruction("normalize", { x: x.value, xStride: x.stride, ...of, ...to })], (reach) => {
      if (!reach.has(out)) return [];
      reach.add(x);
      const gradients = { g: out.gradient, gStride: out.stride, dGain: hats.gradient, dGainStride: hats.stride };
      return [
        instruction("normalizeGradient", { ...of, ...gradients, dx: x.gradient, dxStride: x.stride }),
        this.#vectorUpdate(atGain, columnsFrom(hats, 0, N), ones),
        this.#vectorUpdate(atShift, out, ones),
      ];
    });
  }

  #modulated({ modulations }: OperationOf<"modulate">): Columns[] {
    const outs = this.#sideBySide(modulations.map(({ units }) => this.#units(units).width));
    const inputs = this.#dense.apart(modulations.map(({ units }) => ({ input: this.#units(units) })));
    for (const [i, modulation] of modulations.entries()) this.#modulation(modulation, inputs[i].input, outs[i]);
    return outs;
  }

  #modulation({ units: value, by: gate, factor }: Modulation, units: Columns, out: Columns): void {
    const by = value === gate ? units : this.#units(gate);
    const of = {
      ...{ units: units.value, unitsStride: units.stride, by: by.value, byStride: by.stride },
      ...{ N: out.width, factor: float32Word(factor) },
    };
    const to = { out: out.value, outStride: out.stride };
    this.#plan.tape.push([instruction("modulate", { ...of, ...to })], (reach) => {
      if (!reach.has(out)) return [];
      reach.add(units);
      reach.add(by);
      const gradients = {
        ...{ isRelu: Number(units.relu), g: out.gradient, gStride: out.stride },
        ...{ dUnits: units.gradient, dUnitsStride: units.stride, dBy: by.gradient, dByStride: by.stride },
      };
      return [instruction("modulateGradient", { ...of, ...gradients })];
    });
  }

  #funnelled({ outputs, chain }: OperationOf<"funnel">): Columns[] {
    const { arena, spec, tape } = this.#plan;
    const places = chain.map((task) => firstOutput(spec, task));
    const ins = outputs.map((output) => this.#units(output));
    const outs = this.#sideBySide(ins.map(({ width }) => width));
    const all = columnsFrom(outs[0], 0, firstOutput(spec, spec.tasks));
    const { value: out, gradient: g, stride: outStride, width: N } = all;
    const { value: z, gradient: dz, stride: zStride } = ins[0];
    const of = { z, zStride, out, outStride, N, chain: arena.put(Int32Array.from(places)), count: chain.length };
    tape.push([instruction("funnel", of)], (reach) => {
      const reached = outs.flatMap((own, k) => (reach.has(own) ? [k] : []));
      if (reached.length === 0) return [];
      const last = Math.max(...reached.map((k) => chain.indexOf(k)));
      for (const k of [...reached, ...chain.slice(0, last + 1)]) reach.add(ins[k]);
      return [...reach.clearOthers(all), instruction("funnelGradient", { ...of, g, dz })];
    });
    return outs;
  }

  #paired({ machines }: OperationOf<"pairs">): Columns[] {
    const outs = this.#sideBySide(machines.map(({ output }) => this.#units(output).width));
    for (const [k, machine] of machines.entries()) this.#machine(machine, outs[k]);
    return outs;
  }

  /** What a task's inputs add by twos: rows that are sparse as dense layers read them. */
  #machine({ output, input, factors, kernel, tables }: Machine, out: Columns): void {
    const { arena, weights, tape, spec, entries = 0 } = this.#plan;
    const [z, x, plain] = [this.#units(output), this.#values[input], plainInputs(spec)];
    const sums = this.#columns(out.width * factors);
    const of = {
      ...{ x: x?.value ?? 0, xStride: x?.stride ?? inputPanelBytes(entries ? 2 * entries : plain, this.#layout) },
      ...{ plain, entries: x ? 0 : entries, tables, O: out.width, factors },
      w: kernel ? 4 * (weights.vectors.get(kernel) as number) : 0,
      ...{ z: z.value, zStride: z.stride, sums: sums.value, sumsStride: sums.stride },
      ...{ out: out.value, outStride: out.stride, scratch: arena.take(4 * sums.width) },
    };
    const gradients = arena.take(4 * roundUp(plain * sums.width, this.#layout.lanes));
    tape.push([instruction("pairs", of)], (reach) => {
      if (!reach.has(out)) return [];
      for (const columns of x ? [z, x] : [z]) reach.add(columns);
      const to = { g: out.gradient, dz: z.gradient, dx: x?.gradient ?? 0, gradients };
      return [instruction("pairsGradient", { ...of, ...to })];
    });
  }

  #linkNoise(): { key: number; step: number } {
    const { keyOf, step } = this.#plan.chance as Chance;
    return { key: this.#plan.arena.put(Uint32Array.from(keyOf("noise/links"))), step };
  }

  /** The gradient of the columns that experts were mixed by. */
  #sharesGradient(experts: readonly Columns[], mix: Columns, shares: Columns): Instruction {
    return instruction("sharesGradient", {
      experts: this.#plan.arena.put(Uint32Array.from(experts, (expert) => expert.value)),
      expertStride: experts[0].stride,
      E: experts.length,
      H: mix.width,
      mix: mix.gradient,
      mixStride: mix.stride,
      d: shares.gradient,
      dStride: shares.stride,
    });
  }

  /** Must be called before the mixes of these experts: in the backward pass, their gradients come after all mixes. */
  #mixable(experts: readonly Columns[]): void {
    this.#plan.tape.push([], (reach) => experts.flatMap((expert) => this.#expertGradient(expert, reach)));
  }

  #expertGradient(expert: Columns, reach: Reach): Instruction[] {
    const uses = (this.#uses.get(expert.value) ?? []).filter(({ mix }) => reach.has(mix));
    const [first] = uses;
    if (first === undefined) return [];
    reach.add(expert);
    return [
      instruction("expertGradient", {
        uses: this.#plan.arena.put(Uint32Array.from(uses.flatMap(({ gate, mix }) => [gate, mix.gradient]))),
        M: uses.length,
        gateStride: first.gateStride,
        mixStride: first.mix.stride,
        H: expert.width,
        expert: expert.relu ? expert.value : 0,
        expertStride: expert.stride,
        out: expert.gradient,
        outStride: expert.stride,
      }),
    ];
  }

  /** Experts by the columns of `weights`; those at the places `taught`, or all, get a gradient from it. */
  #mixBy(experts: readonly Columns[], { value, stride }: MixWeights, taught: readonly number[] = [...experts.keys()]) {
    const out = this.#columns(experts[0].width);
    for (const e of taught) {
      const use = { gate: value + e * columnBytes(this.#layout), gateStride: stride, mix: out };
      this.#uses.set(experts[e].value, [...(this.#uses.get(experts[e].value) ?? []), use]);
    }
    const table = this.#plan.arena.put(Uint32Array.from(experts, (expert) => expert.value));
    const of = { experts: table, expertStride: experts[0].stride, E: experts.length, H: out.width };
    const by = { gate: value, gateStride: stride, out: out.value, outStride: out.stride };
    return { out, of, mix: instruction("mix", { ...of, ...by }) };
  }

  get forward(): readonly Instruction[] {
    return this.#plan.tape.forward;
  }

  /** The backward pass from some outputs, and from what the model adds to the tasks' losses if it `hasPenalty`. */
  backward(outputs: Columns | undefined, { hasPenalty }: { readonly hasPenalty: boolean }): readonly Instruction[] {
    const reach = new Reach(hasPenalty);
    if (outputs) reach.add(outputs);
    return this.#plan.tape.backward(reach);
  }

  /** What follows the update of a step. */
  ending(): readonly Instruction[] {
    const { chance } = this.#plan;
    return chance ? [instruction("nextStep", { step: chance.step })] : [];
  }
}

function clearing({ gradient: values, stride, width: N }: Columns): Instruction {
  return instruction("clear", { values, stride, N });
}

/** Whether a model draws numbers at each step. */
export function isRandom(spec: StepPlan["spec"]): boolean {
  const { dropout = 0, noise = false } = spec.gate;
  return spec.dropout > 0 || dropout > 0 || noise || traitsOf(spec).links === "connections";
}
