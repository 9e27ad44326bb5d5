/**
 * What a results file (`npm run bench -- --json FILE`) says of costs: CPU in µs, memory in bytes, times in seconds.
 * @throws Error when a figure is missing
 */
export function readCosts(rows) {
  const row = (name) => {
    const found = rows.find((each) => each.name === name);
    if (!found) throw new Error(`the results have no ${name}: run all scenarios`);
    return found;
  };
  const one = row('post-c1-p50-over-commit');
  const [c50, c200] = ['post-rate-c50-vs-durable', 'post-rate-c200-vs-durable'].map(row);
  const { apiUs, workerUs, redisUs, postgresUs } = c50.costs;
  return {
    alert: { apiUs, workerUs, redisUs, postgresUs, storedBytes: c200.costs.storedBytes },
    deliveryUs: row('fan-out-cpu-10k-vs-ws').product,
    deliveryBytes: row('fan-out-cpu-10k-vs-ws').costs.bytes,
    socketBytes: row('socket-memory').product * 1024,
    processBytes: row('idle-rss').product * 1e6,
    connectUs: row('connects-vs-stock').costs.connectUs,
    caughtUpEventUs: row('reconnect-5000').costs.eventUs,
    commitMs: one.peerValue,
    log: logOf(one, c200),
    check: { batch: c50.costs.batch, measuredMs: (c50.costs.batch / c50.product) * 1000 },
  };
}

/**
 * A commit of n alerts as `fixed + each * n`, through two measured points: one alert at a time (the whole POST, which
 * is a little more than the log holds its lock), and what 200 connections share (the log is always busy).
 */
function logOf(one, many) {
  const { batch } = many.costs;
  const [alone, shared] = [one.product / 1000, batch / many.product];
  const each = Math.max(0, (shared - alone) / (batch - 1));
  return { fixed: alone - each, each };
}
