/** Degrees as typed: with few decimals, or three behind a comma, it may be a price. South Africans write a comma. */
const DEGREES = String.raw`([-+]?\d{1,3}(?:\.\d{3,12}|,\d{4,12}))\s{0,3}°?\s{0,3}`;
const PAIR = new RegExp(String.raw`(?<![\d.,])${DEGREES}([NS]?)\s{0,3}[,;/\s]\s{0,3}${DEGREES}([EW]?)(?!\.?\d)`, 'i');
/** A link names its place beyond doubt: geo:, `q=`, `ll=`, `query=`, `/@`. */
const LINK =
  /(?:geo:|[?&](?:q|ll|query|center|daddr)=(?:loc:)?|\/@)([-+]?\d{1,3}(?:\.\d{1,12})?),([-+]?\d{1,3}(?:\.\d{1,12})?)/i;

export interface Coordinates {
  readonly lat: number;
  readonly lng: number;
}

/** The coordinates that somebody typed or shared as a link (Google Maps, geo:); undefined when there are none. */
export function placeIn(text: string): Coordinates | undefined {
  const plain = text.replaceAll(/%2c/gi, ',').replaceAll(/%3a/gi, ':');
  const link = LINK.exec(plain);
  if (link) return inRange(Number(link[1]), Number(link[2]));
  const [, lat, south, lng, west] = PAIR.exec(plain) ?? [];
  if (lat === undefined || lng === undefined) return undefined;
  return inRange(degrees(lat, /s/i.test(south ?? '')), degrees(lng, /w/i.test(west ?? '')));
}

function degrees(text: string, isNegative: boolean): number {
  const value = Number(text.replace(',', '.'));
  return isNegative ? -Math.abs(value) : value;
}

function inRange(lat: number, lng: number): Coordinates | undefined {
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : undefined;
}
