/** What pollution would leave behind: defaults that everybody would get. */
const POLLUTION = { severity: 'low', message: 'polluted', test: true, operator: true, status: 'resolved' };
const polluting = JSON.stringify(POLLUTION);

export interface NaughtyBody {
  readonly name: string;
  readonly type: string;
  readonly content: string | Buffer;
}

const JSON_TYPE = 'application/json';
const json = (name: string, content: string | Buffer): NaughtyBody => ({ name, type: JSON_TYPE, content });
const form = (name: string, content: string): NaughtyBody => ({
  name,
  type: 'application/x-www-form-urlencoded',
  content,
});

/** Bodies that no honest client sends, whatever the route. Each is within the size that is read. */
export const NAUGHTY_BODIES: readonly NaughtyBody[] = [
  json('no end', '{"message":"'),
  json('two values', '{}{}'),
  json('a number', '7'),
  json('a text', '"text"'),
  json('null', 'null'),
  json('a list', '[{}]'),
  json('a list of lists, 30 000 deep', '['.repeat(30_000) + ']'.repeat(30_000)),
  json('objects, 9 000 deep', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`),
  json('9 000 keys', `{${Array.from({ length: 9000 }, (_, n) => `"${n}":0`).join()}}`),
  json(
    'keys that share their hash buckets',
    `{${Array.from({ length: 4000 }, (_, n) => `"${'aA'[n & 1]}${n}":0`).join()}}`,
  ),
  json('duplicate keys', '{"id":1,"id":"x","message":[],"message":"last","lat":0,"lat":91}'),
  json('keys of prototypes', `{"__proto__":${polluting},"constructor":{"prototype":${polluting}}}`),
  json('keys of prototypes, deeper', `{"location":{"__proto__":${polluting}},"contact":{"__proto__":${polluting}}}`),
  json('a number of 10 000 digits', `{"lat":${'9'.repeat(10_000)},"limit":1e999,"seq":-1e999}`),
  json('NUL in keys and values', String.raw`{"a\u0000b":"\u0000","message":"\u0000","name":"\u0000"}`),
  json('half a surrogate pair', String.raw`{"message":"\ud800","name":"\udfff","\ud800":1}`),
  json(
    'bytes that are no UTF-8',
    Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0xff, 0xfe, 0x22, 0x7d]),
  ),
  json('UTF-16', Buffer.from('\uFEFF{"message":"x"}', 'utf16le')),
  json('gzip that nobody announced', Buffer.from('1f8b0800000000000003abae05004300', 'hex')),
  json('a text of 60 000 characters', JSON.stringify({ message: 'x'.repeat(60_000), name: 'x', login: 'x' })),
  json('60 000 characters that grow when they are escaped', JSON.stringify({ message: '<'.repeat(60_000) })),
  {
    name: 'XML that asks for a file',
    type: 'application/xml',
    content: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  {
    name: 'XML that grows',
    type: 'text/xml',
    content: '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><kml>&c;</kml>',
  },
  form(
    'a form of brackets',
    'a[b][c]=1&__proto__[polluted]=1&constructor[prototype][polluted]=1&message[]=1&message[]=2',
  ),
  form('a form of nonsense', '%&=&==&%zz=%00&\0=1&&&'),
  form('a form of 6 000 fields', Array.from({ length: 6000 }, (_, n) => `f${n}=1`).join('&')),
  { name: 'parts without a boundary', type: 'multipart/form-data', content: '--x\r\n\r\n' },
  {
    name: 'parts without an end',
    type: 'multipart/form-data; boundary=x',
    content: '--x\r\nContent-Disposition: form-data; name="message"\r\n\r\nno end',
  },
  {
    name: 'a file',
    type: 'multipart/form-data; boundary=x',
    content:
      '--x\r\nContent-Disposition: form-data; name="message"; filename="../../x"\r\nContent-Type: text/html\r\n\r\n<b>\r\n--x--\r\n',
  },
];

/** More than any route reads. */
export const TOO_LARGE = json('5 MiB', Buffer.alloc(5 * 1024 * 1024, 'x'));
