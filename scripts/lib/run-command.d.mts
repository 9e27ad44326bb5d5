export function runCommand(
  command: string,
  args: readonly string[],
  options?: { readonly input?: string; readonly timeoutMs?: number; readonly env?: NodeJS.ProcessEnv },
): Promise<{ code: number; stdout: string; stderr: string }>;
