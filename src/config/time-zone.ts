import { z } from 'zod';

/** A time zone by its IANA name, such as Africa/Johannesburg; not by an offset, which knows no summer time. */
export const timeZoneSchema = z.string().refine((zone) => {
  try {
    return /^[A-Z]/i.test(zone) && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}, 'is no IANA time zone, such as Africa/Johannesburg');
