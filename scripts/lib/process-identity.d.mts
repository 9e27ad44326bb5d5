export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

export function identify(pid: number): ProcessIdentity | undefined;
export function isRunning(identity: ProcessIdentity | undefined): boolean;
export function stopProcess(
  identity: ProcessIdentity | undefined,
  options?: { readonly signal?: NodeJS.Signals; readonly timeoutMs?: number },
): Promise<void>;
export function sendSignal(pid: number, signal: NodeJS.Signals): void;
export function childrenOf(pid: number): number[];
export function recordProcess(file: string, pid: number | undefined): ProcessIdentity | undefined;
