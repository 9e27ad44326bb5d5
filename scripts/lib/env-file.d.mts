export function newSecret(): string;
export function readEnvFile(path: string): Record<string, string>;
export function appendToEnvFile(path: string, entries: Readonly<Record<string, string>>): void;
