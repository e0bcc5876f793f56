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

/** Whether a method needs the gradient of each task's loss, with a backward pass for each; others weigh the losses. */
export const COMBINES_GRADIENTS: Readonly<Record<MethodName, boolean>> = {
  sum: false,
  uncertainty: false,
  gradnorm: true,
  pcgrad: true,
  mgda: true,
  cagrad: true,
  "nash-mtl": true,
  famo: false,
  "aligned-mtl": true,
};

/** Numbers that a method learns of each task: its weight, logit or variance, Adam's two moments of it, and what else it keeps. */
export const LEARNED: Readonly<Record<MethodName, number>> = {
  sum: 0,
  uncertainty: 3,
  gradnorm: 4,
  pcgrad: 0,
  mgda: 0,
  cagrad: 0,
  "nash-mtl": 0,
  famo: 3,
  "aligned-mtl": 0,
};
