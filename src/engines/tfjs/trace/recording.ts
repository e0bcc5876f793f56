// Tracing: records the operations that tfjs runs on its tensorflow backend as nodes of a graph, while they run once.
import { isDeepStrictEqual } from "node:util";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { attributeOf, type Constant } from "./attributes.ts";
import { withUncheckedGather } from "./gather.ts";
import { Graph, type Node, outputOf, type Value } from "./graph.ts";
import { withReplaced } from "./replacement.ts";
import { type Binding, type TensorflowBackend, tensorflowBackend } from "./tensorflow-backend.ts";
import { DTYPE } from "./types.ts";
import { UntraceableError } from "./untraceable.ts";

/** A tensor that the traced function works on, and the value that it represents. */
export type Given = readonly [Tensor, Value];

/**
 * Adds to `graph` every operation that `compute` calls; returns the values of the tensors that it returns. Whatever it
 * computes without tensors is frozen. It runs twice: throws UntraceableError for a constant that differs the second time
 * (a random number, a counter), for a tensor from outside that is not `given`, and for a tensor that is read.
 */
export function recordOperations(tf: Tf, graph: Graph, given: readonly Given[], compute: () => Tensor[]): Value[] {
  const again = new Graph();
  new Recording(tf, again, given).run(compute);
  const start = graph.nodes.length;
  const results = new Recording(tf, graph, given).run(compute);
  expectSame(graph.nodes.slice(start), again.nodes);
  return results;
}

class Recording {
  readonly #tf: Tf;
  readonly #graph: Graph;
  readonly #backend: TensorflowBackend;
  readonly #values = new Map<number, Value>();
  /** Data ids of the tensors that are given or made here. */
  readonly #ours = new WeakSet<object>();

  constructor(tf: Tf, graph: Graph, given: readonly Given[]) {
    this.#tf = tf;
    this.#graph = graph;
    this.#backend = tensorflowBackend(tf);
    const ids = this.#backend.getInputTensorIds(given.map(([tensor]) => tensor));
    for (const [i, [tensor, value]] of given.entries()) {
      const id = ids[i] as number;
      if (!this.#values.has(id)) this.#values.set(id, value); // the same tensor again is the same input
      this.#ours.add(tensor.dataId);
    }
  }

  run(compute: () => Tensor[]): Value[] {
    const tf = this.#tf;
    let results: Value[] = [];
    const listen = () =>
      tf.tidy(() => {
        results = this.#backend.getInputTensorIds(compute()).map((id) => this.#valueOf(id, "result"));
      });
    withReplaced(this.#backend, this.#listeners(), () => withUncheckedGather(tf, listen));
    return results;
  }

  /** The backend's methods that make or use tensors. */
  #listeners(): Partial<TensorflowBackend> {
    const backend = this.#backend;
    const [write, createOutput, idsOf] = [backend.write, backend.createOutputTensor, backend.getInputTensorIds];
    return {
      binding: this.#spy(backend.binding),
      write: (...args) => {
        const dataId = write.apply(backend, args);
        this.#ours.add(dataId);
        return dataId;
      },
      createOutputTensor: (metadata) => {
        const tensor = createOutput.call(backend, metadata);
        this.#ours.add(tensor.dataId);
        return tensor;
      },
      getInputTensorIds: (tensors) => {
        for (const tensor of tensors) this.#expectOurs(tensor);
        return idsOf.call(backend, tensors);
      },
    };
  }

  /** The binding, with calls recorded. It uses descriptors: properties of the binding, and of a copy, are read-only. */
  #spy(binding: Binding): Binding {
    const heard: Partial<Binding> = {
      createTensor: (shape, dtype, values) => {
        const id = binding.createTensor(shape, dtype, values);
        this.#values.set(id, this.#graph.constant(constantOf(shape, dtype, values)));
        return id;
      },
      executeOp: (op, attributes, inputs, count) => {
        const values = inputs.map((id) => this.#valueOf(id, op));
        const named = Object.fromEntries(attributes.map((each) => [each.name, attributeOf(binding, op, each)]));
        const outputs = binding.executeOp(op, attributes, inputs, count);
        if (outputs.length === 0) throw new UntraceableError(`${op} has no output: what it does can't be traced`);
        const node = this.#graph.add(op, values, outputs, { attributes: named });
        for (const [i, { id }] of outputs.entries()) this.#values.set(id, outputOf(node, i));
        return outputs;
      },
      tensorDataSync: () => {
        throw new UntraceableError(
          "a tensor is read inside of the trace; what follows from its values would be frozen",
        );
      },
    };
    return Object.create(binding, Object.getOwnPropertyDescriptors(heard)) as Binding;
  }

  #valueOf(id: number, user: string): Value {
    const value = this.#values.get(id);
    if (!value) throw new UntraceableError(`${user}: tensor ${id} was made outside of the trace`);
    return value;
  }

  #expectOurs({ dataId, shape, dtype }: Tensor): void {
    if (this.#ours.has(dataId)) return;
    const what = `a tensor of ${dtype} [${shape.join(", ")}]`;
    throw new UntraceableError(`${what} was made before the trace: make it an input, or make it inside`);
  }
}

function constantOf(shape: readonly number[], dtype: number, values: ArrayLike<number>): Constant {
  if (dtype === DTYPE.float32) return { dtype, shape, values: Float32Array.from(values) };
  if (dtype === DTYPE.int32) return { dtype, shape, values: Int32Array.from(values) };
  if (dtype === DTYPE.bool) return { dtype, shape, values: Uint8Array.from(values) };
  throw new UntraceableError(
    `a constant of TensorFlow's type ${dtype} can't be traced: expected float32, int32 or bool`,
  );
}

/** Refuses two recordings of one function that differ. */
function expectSame(nodes: readonly Node[], others: readonly Node[]): void {
  const differs = nodes.length !== others.length || nodes.some((node, i) => node.op !== others[i]?.op);
  if (differs) throw new UntraceableError("the function calls other operations when it runs again");
  for (const [i, { attributes, outputs }] of nodes.entries()) {
    if (isDeepStrictEqual(attributes, others[i]?.attributes)) continue;
    const shape = outputs[0]?.shape.join(", ");
    throw new UntraceableError(`a constant [${shape}] is another when the function runs again: make it an input`);
  }
}
