export const MOST_BYTES: number;
export const TARGETS: Readonly<Record<string, { target: string; link: readonly string[] }>>;
export function fileOf(name: string): string;
export function checkLinux(path: string): void;
export function makeKernels(names: readonly string[]): Promise<void>;
