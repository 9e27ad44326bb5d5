export function newVapidKey(): string;
export function publicVapidKey(privateKey: string): string | undefined;
