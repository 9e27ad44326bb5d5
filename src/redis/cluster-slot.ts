/** How many slots the keys of a Cluster fall into. */
export const CLUSTER_SLOTS = 16_384;

/**
 * The slot of a key or channel: CRC16 (XMODEM) of what stands between the first `{` and the next `}`, where that is anything,
 * else of all of it. Its bytes count, not its characters.
 */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return (crc & 0xffff) % CLUSTER_SLOTS;
}
