import type { EscalationPolicy } from './escalation-policy.js';

/** Levels at which people are told; the one after the last is the end: everybody has been told. */
export function levelsOf({ steps, repeat }: EscalationPolicy): number {
  return steps.length * (repeat + 1);
}

/** How long a level waits for somebody to take notice, ms; beyond the last there is nothing to wait for. */
export function delayMsOf(policy: EscalationPolicy, level: number): number {
  if (level >= levelsOf(policy)) return 0;
  return policy.steps[level % policy.steps.length]!.delaySeconds * 1000;
}
