import { ask } from './api.js';

const LOOK_EVERY_MS = 1000;
const GIVE_UP_MS = 45_000;
const WORDS = {
  pending: 'On its way …',
  delivered: 'Handed over. Waiting until it arrives …',
};

/** Follows a test message until it has arrived or cannot; `say` gets how it goes, as a sentence. Never rejects. */
export async function sendTest(deliveryId, say) {
  const sentAt = Date.now();
  while (Date.now() - sentAt < GIVE_UP_MS) {
    const { answer } = await ask('GET', '/auth/me/notifications');
    const mine = answer?.items.find(({ id }) => id === deliveryId);
    if (mine?.receivedAt) return say(`The test has arrived, at ${new Date(mine.receivedAt).toLocaleTimeString()}.`);
    if (mine && !WORDS[mine.status]) return say(`The test could not be sent${mine.reason ? `: ${mine.reason}` : ''}.`);
    // A mail server or a webhook tells nothing of what comes after it.
    if (mine?.status === 'delivered' && ['email', 'webhook'].includes(mine.channel)) {
      return say(
        mine.channel === 'email' ? 'The mail server took the test: look into your mail.' : 'The webhook took the test.',
      );
    }
    say(WORDS[mine?.status] ?? WORDS.pending);
    // No socket event tells of one's own messages: it is asked for, as long as somebody waits for a test.
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  say('Nothing says that the test has arrived. Look whether it came; if not, use another way too.');
}
