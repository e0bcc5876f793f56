import { pairCorrelations } from "../../../data/label-correlation.ts";
import type { Run } from "../../engine.ts";
import { RowSource } from "../../rows/row-source.ts";
import type { Group } from "../groups.ts";
import { type Mask, MaskSource, masksOf } from "../model/masks.ts";
import { type FeedArrays, partAt, setSizes } from "./feed-arrays.ts";

/** Some of a group's sources: from number `first` up to `end`. */
export interface Share {
  readonly first: number;
  readonly end: number;
}

/** Makes the data of its share of a group, into arrays of the whole group. */
export class FeedMaker {
  readonly #training: Run["training"];
  /** K. */
  readonly #tasks: number;
  readonly #sourceCount: number;
  readonly #share: Share;
  readonly #sources: readonly RowSource[];
  readonly #masks: readonly (readonly [Mask, MaskSource])[];

  constructor({ models, runs, sources, places }: Group, share: Share) {
    const [F, R] = [sources.length, places.length];
    this.#training = runs[0].training;
    this.#tasks = runs[0].model.tasks;
    this.#sourceCount = F;
    this.#share = share;
    this.#sources = sources.slice(share.first, share.end).map((run) => new RowSource(run));
    this.#masks = models.flatMap((model, m) => {
      const ofModel = runs.slice(m * R, (m + 1) * R);
      const source = new MaskSource(ofModel.slice((share.first * R) / F, (share.end * R) / F));
      const { batch, method } = this.#training;
      return masksOf(model, R, batch, m, method).map((mask) => [mask, source] as const);
    });
  }

  /**
   * The sets of source number `f` of the group; returns the measured correlations of their labels, one for each pair of
   * tasks.
   */
  sets(arrays: FeedArrays, f: number): readonly number[] {
    const source = this.#sources[f - this.#share.first];
    let correlations: readonly number[] = [];
    for (const { set } of setSizes(this.#training)) {
      const [x, y] = [this.#partOf(arrays[`${set}/x`], f), this.#partOf(arrays[`${set}/y`], f)];
      source.setInto({ x, y }, set);
      correlations = pairCorrelations(y, this.#tasks); // those of the last set, which is the training set if there is one
    }
    return correlations;
  }

  /** `count` steps from step `from` on; `arrays` have room for these and no more. */
  steps(arrays: FeedArrays, from: number, count: number): void {
    const names = Object.keys(arrays);
    for (let i = 0; i < count; i++) {
      const ofStep = Object.fromEntries(names.map((name) => [name, partAt(arrays[name] as Float32Array, i, count)]));
      this.#rowsInto(ofStep, from + i);
      for (const [mask, source] of this.#masks) source.fill(this.#shareOf(ofStep[mask.name]), mask, from + i);
    }
  }

  #rowsInto({ x, y, numbers }: FeedArrays, step: number): void {
    for (const [i, source] of this.#sources.entries()) {
      const f = this.#share.first + i;
      if (numbers) this.#numbersInto(this.#partOf(numbers, f), source, f, step);
      else source.freshInto({ x: this.#partOf(x, f), y: this.#partOf(y, f) }, step);
    }
  }

  /** Numbers of one batch's rows, for each replica of source number `f`, counted from the first row of the first source. */
  #numbersInto(out: Float32Array | Int32Array, source: RowSource, f: number, step: number): void {
    const { batch: B, trainRows } = this.#training;
    const numbers = new Uint32Array(out.buffer, out.byteOffset, out.length);
    source.numbersInto(numbers.subarray(0, B), step);
    for (let b = 0; b < B; b++) numbers[b] += f * (trainRows as number);
    for (let at = B; at < numbers.length; at += B) numbers.copyWithin(at, 0, B);
  }

  #partOf(array: Float32Array | Int32Array | undefined, f: number): Float32Array {
    return partAt(array as Float32Array, f, this.#sourceCount);
  }

  #shareOf(array: Float32Array | Int32Array | undefined): Float32Array {
    const { first, end } = this.#share;
    const size = (array as Float32Array).length / this.#sourceCount;
    return (array as Float32Array).subarray(first * size, end * size);
  }
}
