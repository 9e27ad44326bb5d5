import fc from 'fast-check';
import { readUssd, USSD_SCREENS } from './ussd-dialogue.js';

describe('readUssd', () => {
  it.each([
    ['', { at: 'menu' }],
    ['9', { at: 'menu' }],
    ['help', { at: 'menu' }],
    ['1', { at: 'chosen', kind: 'panic' }],
    ['2', { at: 'chosen', kind: 'medical' }],
    ['3', { at: 'chosen', kind: 'fire' }],
    ['4', { at: 'chosen', kind: 'crime' }],
    [' 1 ', { at: 'chosen', kind: 'panic' }],
    ['9*1', { at: 'chosen', kind: 'panic' }],
    ['1*Main Road 5', { at: 'located', kind: 'panic', place: 'Main Road 5' }],
    ['7*3*2', { at: 'located', kind: 'fire', place: '2' }],
    ['1*shop*behind it', { at: 'located', kind: 'panic', place: 'shop*behind it' }],
    ['1*0', { at: 'located', kind: 'panic' }],
    ['1*', { at: 'located', kind: 'panic' }],
    ['constructor', { at: 'menu' }],
  ])('reads %p', (text, step) => {
    expect(readUssd(text)).toEqual(step);
  });

  it('once chosen, stays chosen whatever is typed', () => {
    fc.assert(
      fc.property(fc.constantFrom('1', '2', '3', '4'), fc.string(), (choice, place) => {
        expect(readUssd(`${choice}*${place}`)).toMatchObject({
          at: 'located',
          kind: (readUssd(choice) as { kind: string }).kind,
        });
      }),
    );
  });
});

it('a screen fits a phone, in letters that each phone has', () => {
  const { menu, chosen, located, failed } = USSD_SCREENS;
  for (const screen of [menu, chosen('NB-7K3F20'), located('NB-7K3F20'), failed]) {
    expect(screen).toMatch(/^(CON|END) [\w \n,.:/?!()=-]{1,160}$/);
  }
});
