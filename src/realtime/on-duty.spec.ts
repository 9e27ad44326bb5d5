import { OnDuty } from './on-duty.js';

describe('people on duty', () => {
  it('count once in each area, as long as one of their sockets is there', () => {
    const onDuty = new OnDuty();
    const ann = { id: 'ann', duties: ['hill', 'dale'] };
    const bob = { id: 'bob', duties: ['hill'] };
    for (const person of [ann, ann, bob]) onDuty.add(person);
    expect(onDuty.counts()).toEqual({ hill: 2, dale: 1 });
    onDuty.delete(ann);
    expect(onDuty.counts()).toEqual({ hill: 2, dale: 1 });
    onDuty.delete(ann);
    expect(onDuty.counts()).toEqual({ hill: 1 });
    onDuty.delete(bob);
    expect(onDuty.counts()).toEqual({});
  });
});
