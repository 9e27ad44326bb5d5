import { parsePolicy, PolicyError } from './policy.js';
import { passwordHash, renderAclFile } from './render.js';

const OFF = 'user default off\n';

describe('the policy file', () => {
  it('is read with comments and blank lines around it', () => {
    const [, user] = parsePolicy(`# why\n\n${OFF}  user a on ~k:* &c:* -@all +get +client|info +select|2\n`);
    expect(user).toEqual({
      name: 'a',
      enabled: true,
      keys: ['k:*'],
      channels: ['c:*'],
      commands: ['get', 'client|info', 'select|2'],
      unlimited: false,
    });
  });

  it.each([
    ['a category', 'user a on +@read', /category/],
    ['everything by its other name', 'user a on +@all', /category/],
    ['a part of everything', 'user a on allkeys -@all +get', /only together/],
    ['a password', 'user a on >secret +get', /passwords do not belong/],
    ['a hash', 'user a on #abc +get', /passwords do not belong/],
    ['no password', 'user a on nopass +get', /passwords do not belong/],
    ['a selector', 'user a on (+get ~x)', /not a rule/],
    ['a removed command', 'user a on -get', /not a rule/],
    ['a read-only pattern in a wording of its own', 'user a on %R~x +get', /not a rule/],
    ['neither on nor off', 'user a +get', /either "on" or "off"/],
    ['on and off', 'user a on off', /either "on" or "off"/],
    ['a rule twice', 'user a on +get +get', /twice/],
    ['a user twice', 'user a on +get\nuser a on +set', /twice/],
    ['another keyword', 'role a on +get', /starts with "user/],
    ['a name that Redis would split', 'user a:b on +get', /user name/],
  ])('refuses %s and names the line', (_what, line, message) => {
    expect(() => parsePolicy(`${OFF}${line}`)).toThrow(PolicyError);
    expect(() => parsePolicy(`${OFF}${line}`)).toThrow(message);
  });

  it('never repeats a password that somebody wrote into it', () => {
    expect(() => parsePolicy(`${OFF}user a on >hunter2`)).toThrow(expect.not.stringContaining('hunter2'));
  });

  it('must switch the default user off', () => {
    expect(() => parsePolicy('user a on +get')).toThrow(/default off/);
    expect(() => parsePolicy('user default on +get')).toThrow(/default off/);
  });
});

describe('the rendered aclfile', () => {
  const policy = `# why\n${OFF}user a on ~k:* -@all +get\nuser b on -@all +ping\n`;

  it('holds hashes, no passwords and no comments; a user without a password is off', () => {
    expect(renderAclFile(policy, { a: 'secret' })).toBe(
      `user default reset off -@all\nuser a reset on #${passwordHash('secret')} ~k:* -@all +get\nuser b reset off -@all +ping\n`,
    );
  });

  it('keeps the default user off, whatever it is given', () => {
    expect(renderAclFile(policy, { default: 'secret' })).toContain('user default reset off -@all\n');
  });

  it('refuses an empty password and a user that the policy does not know', () => {
    expect(() => renderAclFile(policy, { a: '' })).toThrow(PolicyError);
    expect(() => renderAclFile(policy, { c: 'secret' })).toThrow(/no user c/);
  });
});
