import { nameText } from './alert.schemas.js';
import { readPress } from './read-press.js';

const schema = nameText(20);

describe('names', () => {
  it.each(['\u202E\u200B', '\u3164', '\u2800 \u2800', '\u00AD\uFE0F', ' \u00A0\t', '', '\uE000'])(
    'without a visible character (%j) are none',
    (name) => {
      const read = schema.safeParse(name);
      expect(read.success).toBe(false);
      expect(read.error!.issues[0]!.message).toBe('has no visible character');
    },
  );

  it.each([
    ['Thandi\u202Egnp', 'Thandignp'],
    [' \u2067Sipho\u2069 ', 'Sipho'],
    ['\u200Fمحمد', 'محمد'],
    ['क्\u200Dष', 'क्\u200Dष'],
    ['👩\u200D🚒', '👩\u200D🚒'],
    ['7', '7'],
  ])('keep what is written (%j) and lose what turns its direction', (given, kept) => {
    expect(schema.parse(given)).toBe(kept);
  });

  it('of a press that cannot be seen are dropped, and the press is taken', () => {
    const { press, warnings } = readPress({ contact: { name: '\u202E\u200B', phone: '0825550199' } }, '27');
    expect(press.contact).toEqual({ phone: '+27825550199' });
    expect(warnings).toEqual(['contact.name: ignored, has no visible character']);
  });
});
