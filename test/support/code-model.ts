import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeFiles } from "../../src/code/javascript-files.ts";
import type { CodeModel } from "../../src/models/code.ts";
import { temporaryFolder } from "./effects.ts";

/** A linear map of the inputs for each task, from 0, trained by gradient descent: at twice the rate with adam. */
export const LINEAR = `export default class Linear {
  constructor(inputs, tasks, { lr, optimizer }) {
    Object.assign(this, { D: inputs, K: tasks, w: new Float64Array(inputs * tasks) });
    this.rate = optimizer === "sgd" ? lr : 2 * lr;
    this.parameterCount = inputs * tasks;
  }

  step(x, y) {
    const { D, K, w, rate } = this;
    const B = x.length / D;
    const outputs = this.predict(x);
    const losses = new Array(K).fill(0);
    const gradient = new Float64Array(D * K);
    for (let b = 0; b < B; b++)
      for (let k = 0; k < K; k++) {
        const error = outputs[b * K + k] - y[b * K + k];
        if (Number.isNaN(error)) continue; // the row lacks the label
        losses[k] += error ** 2 / B;
        for (let d = 0; d < D; d++) gradient[d * K + k] += (2 / B) * error * x[b * D + d];
      }
    for (let i = 0; i < w.length; i++) w[i] -= rate * gradient[i];
    return losses;
  }

  predict(x) {
    const { D, K, w } = this;
    return Float64Array.from({ length: (x.length / D) * K }, (_, i) => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += x[Math.floor(i / K) * D + d] * w[d * K + (i % K)];
      return sum;
    });
  }

  stateDict = () => this.w;
  loadStateDict(w) {
    this.w = w;
  }
}
`;

/** A model in a file of its own with this text. */
export function codeModel(text: string, changes: Partial<CodeModel> = {}): CodeModel {
  const file = join(temporaryFolder(), "mine.mjs");
  writeFileSync(file, text);
  return { name: "mine", inputs: 5, tasks: 2, file, sha256: codeFiles({ name: "mine", file }).sha256, ...changes };
}
