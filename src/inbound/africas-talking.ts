import { fieldsOf } from './fields.js';
import { RECEIVED, type SmsGateway } from './sms-gateway.js';

/** Africa's Talking: a form with `from`, `to`, `text`, `id`, `linkId` and `date`. */
export const africasTalking: SmsGateway = {
  read(body) {
    const field = fieldsOf(body);
    const text = field('text');
    return text === undefined ? [] : [{ from: field('from'), text, id: field('id') }];
  },
  reply: () => RECEIVED,
};
