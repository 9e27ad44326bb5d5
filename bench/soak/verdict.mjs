import { setTimeout as delay } from 'node:timers/promises';

const SETTLES_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 500;

/**
 * Compares the phones' ledger with the record and with what the sockets were told, once everything has settled.
 * @returns figures; the run has failed when any of `faults` is not 0
 */
export async function judgeSoak({ system, phones, sockets, token }) {
  const { accepted, entries } = phones;
  await until(async () => (await count(system, 'alerts')) >= accepted.length);
  const head = Number((await system.sql('select seq from log_head'))[0].seq);
  await until(async () => (await sockets.ask('behind', { seq: head })) === 0);
  const stored = new Set((await system.sql('select id from alerts')).map(({ id }) => id));
  const log = await system.sql('select seq, alert_id, type from alert_events order by seq');
  const told = new Map((await sockets.ask('told')).map(([seq, id, at]) => [seq, { id, at }]));
  // What a phone no longer waited for may still be written: nobody was asked to have it yet.
  const wrong = log.filter(({ seq, alert_id: id }) => Number(seq) <= head && told.get(Number(seq))?.id !== id);
  const became = await followPromises({ accepted, stored, token, urls: system.apis.map(({ url }) => url) });
  const ids = accepted.map((entry) => became.get(entry.ids[0]) ?? entry.ids[0]);
  const toldIds = new Map([...told.values()].toReversed().map(({ id, at }) => [id, at]));
  const raised = log.filter(({ type }) => type === 'alert.raised').map(({ alert_id: id }) => id);
  const named = new Set(ids);
  const unnamed = [...stored].filter((id) => !named.has(id)).length;
  const { gaps, repeats, unequal, returns, problems } = await sockets.ask('state');
  return {
    faults: {
      'accepted alerts that the record lacks': ids.filter((id) => !stored.has(id)).length,
      'accepted alerts that readers were not told of': ids.filter((id) => !toldIds.has(id)).length,
      'events that readers were told wrongly': wrong.length + unequal,
      'presses never answered': entries.length - accepted.length,
      'alerts that no answer named': Math.max(0, unnamed - (entries.length - accepted.length)),
      'presses that became two alerts': ids.length - named.size + raised.length - new Set(raised).size,
      'gaps at sockets': gaps,
      'repeats at sockets': repeats,
      'sockets without the last event': await sockets.ask('behind', { seq: head }),
      'gaps in the log': Number(log.at(-1)?.seq ?? 0) - log.length,
    },
    figures: { pressed: entries.length, accepted: accepted.length, events: head, returns, problems },
    delays: accepted.flatMap(({ pressedAt }, index) =>
      toldIds.has(ids[index]) ? toldIds.get(ids[index]) - pressedAt : [],
    ),
  };
}

async function count(system, table) {
  return Number((await system.sql(`select count(*) from ${table}`))[0].count);
}

/** What is late is not lost: waits for it, but not for ever. */
async function until(isSo) {
  const deadline = Date.now() + SETTLES_WITHIN_MS;
  while (Date.now() < deadline && !(await isSo())) await delay(LOOK_EVERY_MS);
}

/** An id that was promised while Postgres was away may have become another one: the API leads from one to the other. */
async function followPromises({ accepted, stored, token, urls }) {
  const became = new Map();
  for (const [id] of accepted.map(({ ids }) => ids).filter(([one]) => !stored.has(one))) {
    const response = await fetch(`${urls[0]}/api/v1/emergency/alerts/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { id: now } = await response.json();
    if (response.ok && stored.has(now)) became.set(id, now);
  }
  return became;
}
