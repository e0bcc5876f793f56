import { EventEmitter } from "node:events";
import type { StatusEvent } from "../../src/cli/live/status-event.ts";
import { main } from "../../src/cli/main.ts";

/** `mmoe report ... --serve`, or `mmoe play`, in this process. */
export interface Serving {
  /** What it printed: where the page is. */
  readonly address: string;
  /** What it wrote on stderr. */
  readonly notes: () => string;
  /** Sends it a signal, Ctrl-C by default, and waits for its exit code. */
  stop(signal?: string): Promise<number>;
}

/** Starts `mmoe report ... --serve`, as `serveBy` does. */
export function serve(...argv: readonly string[]): Promise<Serving> {
  return serveBy("report", ...argv, "--serve");
}

/** Starts a command that serves, and waits for its address; an error if it ends without one. */
export async function serveBy(...argv: readonly string[]): Promise<Serving> {
  const signals = new EventEmitter();
  let notes = "";
  let ended: Promise<number> | undefined;
  const address = await new Promise<string>((found, failed) => {
    ended = main(argv, {
      stdout: { write: (text) => found(text.trim()) },
      stderr: {
        write: (text) => {
          notes += text;
        },
      },
      env: {},
      on: (signal, listener) => signals.on(signal, listener),
      off: (signal, listener) => signals.off(signal, listener),
      exit: (code) => signals.emit("exit", code),
    });
    void ended.then((code) => failed(new Error(`it ended with ${code}: ${notes}`)));
  });
  return {
    address,
    notes: () => notes,
    stop(signal = "SIGINT") {
      signals.emit(signal);
      return ended as Promise<number>;
    },
  };
}

/** The events that a page gets, until the connection ends. */
export async function* eventsOf(address: string): AsyncGenerator<StatusEvent> {
  const { body } = await fetch(`${address}events`);
  const decoder = new TextDecoder();
  let text = "";
  const parts = (body as ReadableStream<Uint8Array>)[Symbol.asyncIterator]();
  for (;;) {
    const { done, value: part } = await parts.next().catch(() => ({ done: true, value: undefined }));
    if (done) return; // or it broke off
    text += decoder.decode(part, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() as string;
    for (const event of events) if (event.startsWith("data: ")) yield JSON.parse(event.slice("data: ".length));
  }
}

/** The first event that is as wanted. */
export async function eventWhere(address: string, wanted: (event: StatusEvent) => boolean): Promise<StatusEvent> {
  for await (const event of eventsOf(address)) if (wanted(event)) return event;
  throw new Error("the events ended before one was as wanted");
}
