import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CodeModel } from "../../src/models/code.ts";
import { codeFiles } from "../../src/models/code-files.ts";
import { temporaryFolder } from "./effects.ts";

/** A linear map of the inputs for each task. */
export const LINEAR = `export default {
  parameters: ({ inputs, tasks }) => ({ w: [inputs, tasks], b: [tasks] }),
  forward(tf, x, { w, b }) {
    return tf.add(tf.matMul(x, w), b);
  },
};
`;

/** A bottom of 6 ReLU units and a tower of 7 for each task, as the family has it, with its names of tensors. */
export const BOTTOM = `const dense = (tf, x, p, name) => tf.add(tf.matMul(x, p[name + "/kernel"]), p[name + "/bias"]);
export default {
  parameters: ({ inputs, tasks }) => {
    const layer = (name, from, to) => ({ [name + "/kernel"]: [from, to], [name + "/bias"]: [to] });
    const towers = Array.from({ length: tasks }, (_, k) => ({
      ...layer("towers/" + k + "/0", 6, 7),
      ...layer("towers/" + k + "/output", 7, 1),
    }));
    return Object.assign(layer("experts/0/0", inputs, 6), ...towers);
  },
  forward(tf, x, p) {
    const bottom = tf.relu(dense(tf, x, p, "experts/0/0"));
    const tasks = Object.keys(p).filter((name) => name.endsWith("output/bias")).length;
    const outputs = Array.from({ length: tasks }, (_, k) => {
      const tower = tf.relu(dense(tf, bottom, p, "towers/" + k + "/0"));
      return dense(tf, tower, p, "towers/" + k + "/output");
    });
    return tf.concat(outputs, 1);
  },
};
`;

/** A linear map that counts its steps, and predicts their number. */
export const COUNTING = `export default {
  parameters: ({ inputs, tasks }) => ({ w: [inputs, tasks], b: [tasks] }),
  state: () => ({ steps: [] }),
  forward(tf, x, { w, b }, { state, training }) {
    const linear = tf.add(tf.matMul(x, w), b);
    const outputs = training ? linear : tf.add(tf.mul(linear, 0), state.steps);
    return { outputs, state: { steps: tf.add(state.steps, 1) } };
  },
};
`;

/** COUNTING, which measures its state, its rows and a parameter. */
export const MEASURING = COUNTING.replace(
  "export default {",
  `export default {
  diagnostics: (tf, x, { w }, { state }) => ({
    ...{ steps: state.steps, rows: tf.scalar(x.shape[0]), mean: tf.mean(x) },
    "weight/1": tf.squeeze(tf.slice(w, [0, 0], [1, 1])),
  }),`,
);

/** A linear map that learns nothing but what it draws: each step's gradient of w is normal, that of b uniform. */
export const DRAWING = `export default {
  parameters: ({ inputs, tasks }) => ({ w: [inputs, tasks], b: [tasks] }),
  forward: (tf, x, { w, b }, { training, random }) => {
    const outputs = tf.add(tf.matMul(x, w), b);
    return training ? { outputs, penalty: tf.sum(tf.mul(w, random.normals(w.shape))) } : outputs;
  },
  loss: (tf, outputs, labels, { b }, { random }) => tf.mul(b, random.uniforms(b.shape)),
};
`;

/** A model in a file of its own with this text. */
export function codeModel(text: string, changes: Partial<CodeModel> = {}): CodeModel {
  const file = join(temporaryFolder(), "mine.mjs");
  writeFileSync(file, text);
  return { name: "mine", inputs: 5, tasks: 2, file, sha256: codeFiles({ name: "mine", file }).sha256, ...changes };
}
