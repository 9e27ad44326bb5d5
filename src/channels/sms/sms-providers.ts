import type { SmsProvider as SmsProviderName } from '../../config/channel-vars.js';
import type { Clock } from '../../clock.js';
import type { EnvValues } from '../../config/env-vars.js';
import { AfricasTalking } from './africas-talking.js';
import { BulkSms } from './bulksms.js';
import { Clickatell } from './clickatell.js';
import type { ProviderAccess, SmsProvider } from './sms-provider.js';
import { Twilio } from './twilio.js';

/** What the providers of text messages need of the configuration. */
export type SmsSettings = Pick<
  EnvValues,
  | 'NABOOM_PUBLIC_URL'
  | 'NABOOM_SMS_PROVIDERS'
  | 'NABOOM_SMS_FROM'
  | 'NABOOM_CLICKATELL_API_KEY'
  | 'NABOOM_CLICKATELL_URL'
  | 'NABOOM_AFRICASTALKING_USERNAME'
  | 'NABOOM_AFRICASTALKING_API_KEY'
  | 'NABOOM_AFRICASTALKING_URL'
  | 'NABOOM_BULKSMS_TOKEN_ID'
  | 'NABOOM_BULKSMS_TOKEN_SECRET'
  | 'NABOOM_BULKSMS_URL'
  | 'NABOOM_TWILIO_ACCOUNT_SID'
  | 'NABOOM_TWILIO_AUTH_TOKEN'
  | 'NABOOM_TWILIO_URL'
>;

const TWILIO_REPORTS = '/api/v1/inbound/sms-receipts/twilio';

/** The providers of the configuration, the preferred one first; one that lacks its keys is left out. */
export function smsProviders(env: SmsSettings, clock: Clock): SmsProvider[] {
  return env.NABOOM_SMS_PROVIDERS.flatMap(
    (name) => providerOf(name as SmsProviderName, env, { from: env.NABOOM_SMS_FROM, clock }) ?? [],
  );
}

function providerOf(
  name: SmsProviderName,
  env: SmsSettings,
  all: Omit<ProviderAccess, 'url'>,
): SmsProvider | undefined {
  switch (name) {
    case 'clickatell': {
      const { NABOOM_CLICKATELL_URL: url, NABOOM_CLICKATELL_API_KEY: apiKey } = env;
      return apiKey ? new Clickatell({ url, ...all, apiKey }) : undefined;
    }
    case 'africastalking': {
      const { NABOOM_AFRICASTALKING_URL: url, NABOOM_AFRICASTALKING_USERNAME: username } = env;
      const apiKey = env.NABOOM_AFRICASTALKING_API_KEY;
      return username && apiKey ? new AfricasTalking({ url, ...all, username, apiKey }) : undefined;
    }
    case 'bulksms': {
      const { NABOOM_BULKSMS_URL: url, NABOOM_BULKSMS_TOKEN_ID: tokenId } = env;
      const tokenSecret = env.NABOOM_BULKSMS_TOKEN_SECRET;
      return tokenId && tokenSecret ? new BulkSms({ url, ...all, tokenId, tokenSecret }) : undefined;
    }
    case 'twilio': {
      const { NABOOM_TWILIO_URL: url, NABOOM_TWILIO_ACCOUNT_SID: sid, NABOOM_TWILIO_AUTH_TOKEN: authToken } = env;
      const reportsTo = env.NABOOM_PUBLIC_URL && `${env.NABOOM_PUBLIC_URL}${TWILIO_REPORTS}`;
      return sid && authToken ? new Twilio({ url, ...all, sid, authToken, reportsTo }) : undefined;
    }
  }
}
