/**
 * The timer that mqtt.js judges the keepalive by. A turn that ran long must read the PINGRESP that waits in the socket first, hence
 * `setImmediate`. And while `alive` says that the broker is there, though its PINGRESP stands behind messages we have not taken
 * yet, it is pinged and not judged.
 */
export const keepaliveTimer = (alive: () => boolean, ping: () => void) => ({
  set: (judge: () => void, ms: number): number =>
    Number(setInterval(() => setImmediate(() => (alive() ? ping() : judge())), ms)),
  clear: (timer: number): void => clearInterval(timer),
});
