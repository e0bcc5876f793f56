// What a model in JavaScript can't reach in its process.
import crypto from "node:crypto";
import module, { type LoadFnOutput, type ResolveFnOutput, syncBuiltinESMExports } from "node:module";
import type { CodeFiles } from "../../../models/code-files.ts";
import { CodeHooks } from "./code-hooks.ts";

type Next<Result> = (name: string, context: object) => Result;

/** Node 20 has no registerHooks, and calls hooks on a thread of its own. */
interface ModuleHooks {
  readonly registerHooks?: (hooks: {
    resolve(specifier: string, context: { parentURL?: string }, next: Next<ResolveFnOutput>): ResolveFnOutput;
    load(url: string, context: object, next: Next<LoadFnOutput>): LoadFnOutput;
  }) => void;
}

/** From now on, the model's files are those whose hashes are known, and import no more than a model may. */
export function watchImports(code: CodeFiles): void {
  const { registerHooks } = module as ModuleHooks;
  if (registerHooks === undefined) {
    module.register(new URL("./hooks-thread.js", import.meta.url), { data: code });
    return;
  }
  const hooks = new CodeHooks(code);
  registerHooks({
    resolve: (specifier, context, next) => {
      hooks.checkBuiltin(specifier, context);
      try {
        return hooks.resolved(specifier, context, next(specifier, context));
      } catch (error) {
        throw hooks.unresolved(specifier, context, error);
      }
    },
    load: (url, context, next) => hooks.loaded(url, next(url, context)),
  });
}

const OF_PROCESS = ["send", "disconnect", "kill", "abort", "dlopen", "binding", "getBuiltinModule", "chdir"] as const;
const OF_NETWORK = ["fetch", "WebSocket", "EventSource"] as const;
const RANDOM = ["randomBytes", "randomInt", "randomUUID", "randomFill", "randomFillSync"] as const;

/** Takes away what would make a model more than a function of its arguments, and what would end or deceive mmoe. */
export function lockDown(): void {
  for (const name of OF_PROCESS) refuse(process, name, `process.${name}`);
  for (const name of OF_NETWORK) refuse(globalThis, name, name);
  for (const name of RANDOM) refuse(crypto, name, `crypto.${name}`);
  for (const name of ["getRandomValues", "randomUUID"]) refuse(globalThis.crypto, name, `crypto.${name}`);
  syncBuiltinESMExports();
}

function refuse(object: object, name: string, shown: string): void {
  if (!(name in object)) return;
  const value = () => {
    throw new Error(`${shown} is not for a model: what it computes must follow from its code and its streams alone`);
  };
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
}
