export function dependenciesOf(file: Buffer): { needed: string[]; undefined: string[]; versioned: boolean };
