export interface RunningRedis {
  readonly port: number;
  readonly pid: number;
  readonly startedAt: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

export function startRedis(options: {
  readonly dir: string;
  readonly binary: { readonly path: string; readonly libraryPath?: string };
  readonly port?: number;
  readonly aclFile?: string | undefined;
  readonly extraLines?: readonly string[];
}): Promise<RunningRedis>;
