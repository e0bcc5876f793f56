export const MODULES: readonly string[];
export function compileWasm(source: string, to: string): Promise<void>;
export function isCommitted(module: string): boolean;
