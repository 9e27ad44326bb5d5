/** Calls back with what the service worker tells the page, such as `{ type: 'open-alert', alertId }`. */
export function onWorkerMessage(callback) {
  navigator.serviceWorker?.addEventListener('message', ({ data }) => data?.type && callback(data));
  navigator.serviceWorker?.startMessages?.();
}
