import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { METRICS, type MetricSpec } from '../../src/observability/metric-table.js';

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string };
    }[];
  }[];
}

const file = resolve(import.meta.dirname, '../../ops/prometheus/rules.yml');
const rules = (parse(readFileSync(file, 'utf8')) as Rules).groups.flatMap((group) => group.rules);
const table: Readonly<Record<string, MetricSpec>> = METRICS;

describe('the alert rules for Prometheus', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for what is told', (_name, rule) => {
    const asked = [...rule.expr.matchAll(/\b(naboom_\w+)(?:\{([^}]*)\})?/g)];
    expect(asked.length > 0 || rule.expr.startsWith('up{')).toBe(true);
    for (const [, name, selector = ''] of asked) {
      expect(Object.keys(table)).toContain(name);
      for (const [, label, value] of selector.matchAll(/(\w+)\s*!?=~?\s*"([^"]*)"/g)) {
        const values = table[name!]!.labels?.[label!];
        expect(values).toContain(value);
      }
    }
    expect(rule.for ?? '1m').toMatch(/^\d+[smh]$/);
    expect(['page', 'ticket']).toContain(rule.labels.severity);
    expect(rule.annotations.summary).toMatch(/\w/);
  });

  it('have names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe('the figures', () => {
  it('are named as Prometheus wants them', () => {
    const counters = Object.entries(table).filter(([, { type }]) => type === 'counter');
    expect(counters.filter(([name]) => !name.endsWith('_total'))).toEqual([]);
    const gauges = Object.entries(table).filter(([, { type }]) => type === 'gauge');
    expect(gauges.filter(([name]) => name.endsWith('_total'))).toEqual([]);
    expect(Object.keys(table).filter((name) => !/^naboom_[a-z_]+$/.test(name))).toEqual([]);
  });
});
