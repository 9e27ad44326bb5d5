/**
 * Tells the server how far alerts came here: received, and seen. One at a time, for hundreds may come at once and the
 * server answers each client at a human pace. `send(event, payload)` gives the answer, or undefined when none came.
 */
export function createReachTeller(send) {
  const told = new Set();
  const waiting = [];
  let running = false;

  async function tellAll() {
    if (running) return;
    running = true;
    while (waiting.length > 0) {
      const answer = await send(...waiting[0]);
      if (!answer) break; // no connection: `resume` goes on
      // As long as the server says: the pause of the outbox is jittered and may end sooner, only to be refused once more.
      if (answer.status === 429) await new Promise((resolve) => setTimeout(resolve, (answer.retryAfter ?? 1) * 1000));
      else waiting.shift();
    }
    running = false;
  }

  function tell(event, id) {
    if (told.has(event + id)) return;
    told.add(event + id);
    waiting.push([event, { id }]);
    void tellAll();
  }

  return {
    received: (id) => tell('alert:received', id),
    seen: (id) => tell('alert:seen', id),
    resume: () => void tellAll(),
  };
}
