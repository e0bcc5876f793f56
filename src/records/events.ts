import { z } from "zod";
import { RECORD_SCHEMA, string, whole } from "./fields.ts";

/** Raised when the meaning of an event changes. */
export const EVENTS_VERSION = 1;

/** The lines that `mmoe sweep --json` writes, one for each event. */
export const EVENT_SCHEMA = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("start"),
    version: z.literal(EVENTS_VERSION).meta({ description: "version of these events" }),
    out: string("the results folder"),
    runs: whole("runs to be trained", "runs"),
    kept: whole("of these, runs in flight of earlier processes, which are resumed", "runs"),
    engine: string("the engine that trains"),
    device: string("what the engine computes on, such as `wasm`"),
  }),
  z.object({
    event: z.literal("progress"),
    id: string("the run that advanced"),
    step: whole("training steps done", "steps"),
    steps: whole("requested training steps", "steps"),
  }),
  z.object({
    event: z.literal("choosing"),
    id: string("a run whose number of steps is being chosen by early stopping"),
    tried: whole("training steps that it was tried for", "steps"),
    steps: whole("the number, once it is chosen", "steps").optional(),
  }),
  RECORD_SCHEMA.extend({ event: z.literal("run") }),
  z.object({
    event: z.literal("end"),
    out: string("the results folder"),
    done: whole("runs done, including those of earlier processes", "runs"),
    failed: whole("runs that failed", "runs"),
    missing: whole("runs still to be trained", "runs"),
    kept: whole("of these, runs in flight that the same command resumes", "runs"),
  }),
]);

export type SweepEvent = z.input<typeof EVENT_SCHEMA>;
