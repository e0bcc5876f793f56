export function installZig(): Promise<string[]>;
