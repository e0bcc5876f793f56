import { asInZoo } from "./config-settings.ts";
import type { PlaySettings } from "./settings.ts";
import type { View } from "./view.ts";

interface Stop {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly settings: Partial<PlaySettings>;
  readonly view: Partial<View>;
}

/** The tour: each stop is a state of the page. What its sentences say was checked on committed results and by training. */
export const STOPS: readonly Stop[] = [
  {
    title: "Related tasks help each other",
    sentences: [
      "Both tasks have the same direction here (p = 1), so what one task learns is what the other one needs.",
      "The cosine of the tasks' gradients is well above 0 while the models learn: a step for one task is also a step for the other.",
      "Compare the model that shares nothing, single-task, with MMoE: it ends with the higher loss.",
    ],
    settings: { correlation: 1, models: asInZoo(["single-task", "mmoe"]) },
    view: { loss: "heldout" },
  },
  {
    title: "Less related tasks share a bottom",
    sentences: [
      "At p = .5 the tasks' directions are 60 degrees apart, and Shared-Bottom has to serve both with one set of units.",
      "Watch the dots: within a few thousand steps they lie close to a curve, so every model has found both directions. It is the curve that is wrong.",
      "MMoE bends its curves to the true ones, while Shared-Bottom stops short.",
    ],
    settings: { correlation: 0.5, run: 1 },
    view: { loss: "heldout" },
  },
  {
    title: "Bad minima are missing sines",
    sentences: [
      "In this run, Shared-Bottom gets stuck: task 2 ends with a loss of about .6, which is what it costs to lack the three fastest of the four sines.",
      "Its curve has learned the slowest sine only, and the other task of the same model has learned three.",
      "This happens in 71 of 200 runs of Shared-Bottom at p = .5, in 2 of OMoE and in none of MMoE.",
    ],
    settings: { correlation: 0.5, run: 2 },
    view: { loss: "heldout" },
  },
  {
    title: "Gates part",
    sentences: [
      "MMoE has a gate for each task: the coloured bands show how much each of the 8 experts counts along the task's direction.",
      "At first the two pictures look alike; then the tasks choose different experts, and the distance of their gates grows.",
      "OMoE has one gate, which gives both tasks the same mix, so its distance is 0.",
    ],
    settings: { correlation: 0.5, models: asInZoo(["omoe", "mmoe"]) },
    view: { loss: "heldout" },
  },
  {
    title: "Dead towers, and the rate",
    sentences: [
      "An empty square is a dead unit, off for every row: it no longer learns. At the paper's setting, two thirds or more of Shared-Bottom's tower units die.",
      "Here the rate is .001 instead of .01, and more of them stay alive.",
      "Shared-Bottom then learns more of the function; set the rate back to .01 to compare.",
    ],
    settings: { correlation: 0.5, run: 2, lr: 0.001 },
    view: { loss: "heldout" },
  },
  {
    title: "How the paper measured it",
    sentences: [
      "The paper's curves agree with the running mean: the mean of all batch losses since the first step, which remembers the slow start.",
      "The pale dots are the paper's Figure 4, the mean of 200 runs; one run may lie above or below.",
      "Train 20 runs of each model to see how the paper's Figure 5 comes about: most runs of Shared-Bottom lie in two heaps, and MMoE's in one.",
    ],
    settings: { correlation: 0.5 },
    view: { loss: "running" },
  },
];
