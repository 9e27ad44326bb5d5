export function freePort(): Promise<number>;
export function canListen(port: number, host?: string): Promise<boolean>;
export function accepts(port: number, host?: string, timeoutMs?: number): Promise<boolean>;
