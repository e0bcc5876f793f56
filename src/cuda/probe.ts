// Runs in a process of its own, `node probe.js FOLDER [HOME]`: a binding that crashes or hangs affects no other process.
import { loadBinding } from "./binding.ts";

/** What a binding reports when it is loaded. */
export interface Answer {
  /** Whether a product of two matrices is right. */
  readonly computes: boolean;
  /** Whether it computes on a card. */
  readonly onCard: boolean;
  /** TensorFlow's version. */
  readonly tensorflow: string;
}

interface Package {
  matMul(a: number[][], b: number[][]): { dataSync(): Float32Array };
  backend(): { readonly isUsingGpuDevice: boolean; readonly binding: { readonly TF_Version: string } };
}

const [folder, home] = process.argv.slice(2) as [string, string?];
const tf = loadBinding({ folder, ...(home === undefined ? {} : { home }) }) as Package;
const computes = tf.matMul([[2, 3]], [[5], [7]]).dataSync()[0] === 31;
const { isUsingGpuDevice, binding } = tf.backend();
const answer: Answer = { computes, onCard: isUsingGpuDevice, tensorflow: binding.TF_Version };
process.stdout.write(`\n${JSON.stringify(answer)}\n`);
