import { spawn } from "node:child_process";

/** The program that opens an address, by platform, with what comes before the address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the user's browser; says so if that is not possible. */
export function openBrowser(address: string, note: (line: string) => void): void {
  const [program, ...before] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...before, address], { stdio: "ignore", detached: true });
  child.on("error", () => note(`can't open a browser: ${program} does not start; open the address yourself`));
  child.unref();
}
