export function place(from: string, to: string, made: { readonly inputs: string; readonly compiler?: string }): void;
