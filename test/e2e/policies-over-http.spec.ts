import { DEFAULT_POLICY } from '../../src/escalation/escalation-policy.js';
import { operator, outcome, useDirectory } from '../support/use-directory.js';

const directory = useDirectory();
const policyOf = (userId: string) => ({
  steps: [
    {
      targets: [
        { kind: 'role', role: 'responder' },
        { kind: 'person', userId },
      ],
      delaySeconds: 30,
    },
  ],
});

it('a policy is its dispatchers’ to see and change, and nobody else’s', async () => {
  const { ask, planted } = directory();
  const [town, other] = [await planted.organisation(), await planted.organisation()];
  const dora = await planted.person('Dora', { [town]: 'dispatcher' });
  const path = `/organisations/${town}/escalation`;
  const others = [
    await planted.person('Rex', { [town]: 'responder' }),
    await planted.person('Mia', { [town]: 'member' }),
    await planted.person('Odo', { [other]: 'dispatcher' }),
    { token: await planted.apiKey(town, ['alerts:read']) },
  ];
  for (const who of others) {
    const asked = [
      await ask(who, 'GET', path),
      await ask(who, 'PUT', path, policyOf(dora.id)),
      await ask(who, 'DELETE', path),
    ];
    expect(asked.map(outcome)).toEqual(['403 FORBIDDEN', '403 FORBIDDEN', '403 FORBIDDEN']);
  }
  expect(outcome(await ask(undefined, 'PUT', path, policyOf(dora.id)))).toMatch(/^401 /);
  expect((await ask(dora, 'GET', path)).body).toEqual({ policy: DEFAULT_POLICY, isDefault: true });
  expect(outcome(await ask(dora, 'PUT', path, policyOf(dora.id)))).toBe(200);
  expect((await ask(operator, 'GET', path)).body).toMatchObject({ policy: policyOf(dora.id), isDefault: false });
  expect(outcome(await ask(dora, 'DELETE', path))).toBe(204);
  expect((await ask(dora, 'GET', path)).body).toMatchObject({ isDefault: true });
});

it('a policy names members of the organisation alone', async () => {
  const { ask, planted } = directory();
  const [town, other] = [await planted.organisation(), await planted.organisation()];
  const dora = await planted.person('Dora', { [town]: 'dispatcher' });
  const odo = await planted.person('Odo', { [other]: 'responder' });
  const path = `/organisations/${town}/escalation`;
  const answer = await ask(dora, 'PUT', path, policyOf(odo.id));
  expect(outcome(answer)).toBe('400 REQUEST_INVALID');
  expect(answer.body.errors).toEqual([
    { path: 'steps.0.targets.1.userId', message: 'is no member of the organisation' },
  ]);
  expect((await ask(dora, 'GET', path)).body.isDefault).toBe(true);
});

it('a policy that is repeated takes half a minute for each round', async () => {
  const { ask, planted } = directory();
  const town = await planted.organisation();
  const dora = await planted.person('Dora', { [town]: 'dispatcher' });
  const path = `/organisations/${town}/escalation`;
  const put = (delaySeconds: number, repeat: number) => {
    const step = { targets: [{ kind: 'role', role: 'responder' }], delaySeconds };
    return ask(dora, 'PUT', path, { steps: [step, { ...step, delaySeconds: 0 }], repeat });
  };
  const answer = await put(29, 5);
  expect(outcome(answer)).toBe('400 REQUEST_INVALID');
  expect(answer.body.errors).toEqual([
    { path: 'repeat', message: 'steps that are repeated need delays of 30 seconds or more together' },
  ]);
  expect([outcome(await put(29, 0)), outcome(await put(30, 5))]).toEqual([200, 200]);
});
