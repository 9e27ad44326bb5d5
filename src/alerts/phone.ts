/**
 * A phone number in E.164, such as +27821234567; undefined when it is none.
 * @param countryCode digits, for numbers that start with a single 0
 */
export function toE164(text: string, countryCode: string): string | undefined {
  const compact = text.replace(/[\s().\-/]/g, '').replace(/^00/, '+');
  const international = compact.startsWith('0') ? `+${countryCode}${compact.slice(1)}` : compact;
  const withPlus = international.startsWith('+') ? international : `+${international}`;
  return /^\+[1-9]\d{6,14}$/.test(withPlus) ? withPlus : undefined;
}
