import { memo } from "../../../memo.ts";
import type { Tf } from "../tf.ts";

/** What would change how the tensors that are not the model's are computed or freed. */
const NOT_LENT = ["engine", "setBackend", "removeBackend", "registerBackend", "setPlatform", "disposeVariables"];

/** TensorFlow.js as a model in JavaScript gets it. */
export const lentTf = memo((tf: Tf): Tf => {
  const refusals = NOT_LENT.map((name) => {
    const refuse = () => {
      throw new Error(`tf.${name} is not for a model: it is mmoe that chooses the backend and frees tensors`);
    };
    return [name, refuse] as const;
  });
  return { ...tf, ...Object.fromEntries(refusals) };
});
