import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";

/** The program that opens an address or a file, by platform, with what comes before it. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** An opener may stay as long as the browser: one that has not failed by then is taken to work. */
const PATIENCE_MS = 1000;

/** Opens an address or a file in the user's browser; says so if that is not possible. */
export async function openPage(target: string, note: (line: string) => void): Promise<void> {
  const [program, ...before] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...before, target], { stdio: "ignore", detached: true });
  child.unref();
  const trouble = await Promise.race([troubleOf(child), setTimeout(PATIENCE_MS, "")]);
  if (trouble !== "") note(`can't open a browser: ${program} ${trouble}; open ${target} yourself`);
}

async function troubleOf(child: ChildProcess): Promise<string> {
  try {
    const [code] = await once(child, "exit");
    return code === 0 ? "" : `ended with ${code}`;
  } catch {
    return "does not start";
  }
}
