// The hooks where Node calls them on a thread of its own: before registerHooks, which came with 22.15.
import type { LoadHook, ResolveHook } from "node:module";
import type { CodeFiles } from "../../../models/code-files.ts";
import { CodeHooks } from "./code-hooks.ts";

let hooks: CodeHooks;

export function initialize(code: CodeFiles): void {
  hooks = new CodeHooks(code);
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  hooks.checkBuiltin(specifier, context);
  const found = await Promise.resolve(next(specifier, context)).catch((error: unknown) => {
    throw hooks.unresolved(specifier, context, error);
  });
  return hooks.resolved(specifier, context, found);
};

export const load: LoadHook = async (url, context, next) => hooks.loaded(url, await next(url, context));
