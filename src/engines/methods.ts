/** How the tasks' gradients become one: `sum`, the gradient of the sum of losses, or a method that weighs them. */
export const METHODS = [
  "sum",
  "uncertainty",
  "gradnorm",
  "pcgrad",
  "mgda",
  "cagrad",
  "nash-mtl",
  "famo",
  "aligned-mtl",
] as const;
export type MethodName = (typeof METHODS)[number];
