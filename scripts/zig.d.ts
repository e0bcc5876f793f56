export const ZIG: readonly string[];
export function installZig(): Promise<readonly string[]>;
