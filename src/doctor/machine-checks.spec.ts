import { nodeComplaints } from './machine-checks.js';

describe('the oldest Node', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s is taken', (version) => {
    expect(nodeComplaints(version)).toEqual([]);
  });

  it.each(['18.20.0', '20.18.3'])('%s is refused with the remedy', (version) => {
    expect(nodeComplaints(version)).toEqual([expect.stringMatching(/20\.19 or later is needed: see https:/)]);
  });
});
