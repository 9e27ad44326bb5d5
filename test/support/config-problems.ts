import { ConfigError, loadConfig } from '../../src/config/config.js';

/** What is wrong with a configuration, a line each; none when it is good. */
export function configProblems(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
