/** As good as all of it: rounding may leave a pixel out. */
const THRESHOLD = 0.9;

/** Calls back once for each watched node that came to be on screen; never where the browser cannot tell. */
export function watchScreen() {
  const callbacks = new Map();
  const observer = 'IntersectionObserver' in globalThis && new IntersectionObserver(look, { threshold: THRESHOLD });

  function look(entries) {
    for (const { target, intersectionRatio } of entries) {
      if (intersectionRatio < THRESHOLD) continue;
      observer.unobserve(target);
      callbacks.get(target)?.();
      callbacks.delete(target);
    }
  }

  return (node, onSeen) => {
    if (!observer) return;
    callbacks.set(node, onSeen);
    observer.observe(node);
  };
}
