/** An HTML form's flat fields as the body that JSON clients send. */
export function bodyOfForm(form: URLSearchParams): Record<string, unknown> {
  const { lat, lng } = { lat: form.get('lat'), lng: form.get('lng') };
  const place = { lat, lng, accuracyM: form.get('accuracyM'), recordedAt: form.get('recordedAt') };
  return {
    severity: form.get('severity'),
    kind: form.get('kind'),
    location: lat || lng ? place : form.get('location'),
    message: form.get('message'),
    contact: { name: form.get('name'), phone: form.get('phone') },
    test: form.get('test'),
    cancelPin: form.get('cancelPin'),
    duressPin: form.get('duressPin'),
  };
}
