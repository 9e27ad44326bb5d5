import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
let cluster: TestCluster;
beforeAll(async () => { const s=Date.now(); cluster = await startTestCluster(); console.log('start', Date.now()-s); });
afterAll(() => cluster?.stop());
it('fails over', async () => {
  const victim = await cluster.ownerOf('panic:alerts:high');
  const s = Date.now();
  await victim.kill9();
  await cluster.settled();
  console.log('settled', Date.now()-s);
  expect((await cluster.ownerOf('panic:alerts:high')).port).not.toBe(victim.port);
  await victim.restart();
  await cluster.settled();
  console.log('back', Date.now()-s);
});
