/** The paper studies pairs of tasks: its numbers are compared with no other sweep. */
export const PAPER_TASKS = 2;
