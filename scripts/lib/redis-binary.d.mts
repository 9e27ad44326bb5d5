export interface RedisBinary {
  readonly path: string;
  readonly version: string;
  readonly libraryPath?: string;
}

export function redisEnvironment(
  binary: Pick<RedisBinary, 'path' | 'libraryPath'>,
  env?: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv;
