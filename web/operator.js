const KEY = 'naboom.operatorKey';

/** The operator key lives in this tab only and ends with it. */
export function keptKey() {
  return sessionStorage.getItem(KEY);
}

export function keepKey(key) {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey() {
  sessionStorage.removeItem(KEY);
}
