import { ALERTS_PATH } from '../support/alerts-client.js';
import { useNode } from '../support/use-node.js';

const used = useNode();

it.each(['sms/clickatell', 'sms/africastalking/guess', 'sms/twilio', 'sms/twilio?secret=', 'ussd/undefined'])(
  'without a secret, %s is off and raises nothing',
  async (path) => {
    const body = new URLSearchParams({ From: '+27820001001', Body: 'help', text: '1', phoneNumber: '+27820001001' });
    const answer = await used().client.ask(`/api/v1/inbound/${path}`, { method: 'POST', body });
    expect(answer).toMatchObject({ status: 503, body: { code: 'GATEWAY_OFF' } });
    expect((await used().client.get(ALERTS_PATH)).body.items).toEqual([]);
  },
);
