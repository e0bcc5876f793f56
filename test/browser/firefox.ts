// Debian's Firefox by Marionette, its own protocol: JSON texts with their lengths, over a socket.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** As scripts/install-browsers.sh installs it. */
const FIREFOX = "/usr/bin/firefox-esr";
/** A free port, and no words with anybody. */
const SETTINGS = {
  "marionette.port": 0,
  "app.update.disabledForTesting": true,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};
/** A busy machine may take as long to start a browser. */
const PATIENCE_MS = 120_000;

type Answer = [type: 1, id: number, error: { message: string } | null, result: { value: unknown } | null];

export class Firefox {
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #received = Buffer.alloc(0);
  #number = 0;

  private constructor(process: ChildProcess, socket: Socket) {
    this.#process = process;
    this.#socket = socket;
    socket.on("data", (part) => this.#hear(Buffer.from(part)));
  }

  /** Starts a browser with a new profile. */
  static async start(): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "mmoe-firefox-"));
    const lines = Object.entries(SETTINGS).map(([name, value]) => `user_pref("${name}", ${value});\n`);
    writeFileSync(join(profile, "user.js"), lines.join(""));
    const browser = spawn(FIREFOX, ["--marionette", "--headless", "--no-remote", "--profile", profile], {
      stdio: "ignore",
    });
    const active = join(profile, "MarionetteActivePort");
    for (const began = performance.now(); !existsSync(active); await pause(50))
      if (performance.now() - began > PATIENCE_MS) throw new Error("Firefox does not start");
    const firefox = new Firefox(browser, createConnection(Number(readFileSync(active, "utf8")), "127.0.0.1"));
    await firefox.#send("WebDriver:NewSession", {});
    return firefox;
  }

  async open(url: string): Promise<void> {
    await this.#send("WebDriver:Navigate", { url });
  }

  /** What a script in the page returns. */
  async evaluate(script: string): Promise<unknown> {
    return (await this.#send("WebDriver:ExecuteScript", { script: `return ${script}`, args: [] }))?.value;
  }

  /** A picture of what is in sight, as PNG. */
  async picture(): Promise<Buffer> {
    const answer = await this.#send("WebDriver:TakeScreenshot", { full: false });
    return Buffer.from(String(answer?.value), "base64");
  }

  async close(): Promise<void> {
    const ended = new Promise((done) => this.#process.once("exit", done));
    await this.#send("Marionette:Quit", { flags: ["eForceQuit"] });
    await ended;
    this.#socket.destroy();
  }

  #send(command: string, parameters: object): Promise<Answer[3]> {
    const id = ++this.#number;
    const text = JSON.stringify([0, id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((done, failed) => {
      this.#waiting.set(id, ([, , error, result]) => {
        if (error) failed(new Error(`${command}: ${error.message}`));
        else done(result);
      });
    });
  }

  /** Takes whole texts, each after its length; the first is a greeting. */
  #hear(part: Buffer): void {
    this.#received = Buffer.concat([this.#received, part]);
    for (;;) {
      const colon = this.#received.indexOf(":");
      const length = Number(this.#received.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || this.#received.length < colon + 1 + length) return;
      const answer = JSON.parse(this.#received.subarray(colon + 1, colon + 1 + length).toString());
      this.#received = this.#received.subarray(colon + 1 + length);
      if (Array.isArray(answer)) this.#waiting.get(answer[1])?.(answer as Answer);
    }
  }
}
