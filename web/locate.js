const WITHIN_MS = 20_000;

/** The position as the API takes it, or undefined where the device or its owner does not tell. */
export function locate() {
  if (!navigator.geolocation) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({
          lat: coords.latitude,
          lng: coords.longitude,
          accuracyM: Math.round(coords.accuracy),
          recordedAt: new Date(timestamp).toISOString(),
        }),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: WITHIN_MS, maximumAge: 30_000 },
    );
  });
}
