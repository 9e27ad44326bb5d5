/**
 * Waits for all of them, also when one fails: then nothing is still being started when the failure is told.
 * @template T
 * @param {Promise<T>[]} promises
 * @returns {Promise<T[]>} throws the first failure
 */
export async function together(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return results.map(({ value }) => value);
}
