/**
 * One zone: a number of free pages and the marks below which an attempt to take one fails.
 *
 * The distances between the marks are the smallest that keep them apart. WMARK_LOW is left out: whoever misses it goes
 * on to try WMARK_MIN, and all that it decides is whether kswapd is woken.
 */
export const WMARK_MIN = 0
export const WMARK_HIGH = 1

/** get_page_from_freelist() for one page: zone_watermark_ok() and the page taken, both under the zone's lock. */
export function get_page_from_freelist(zone: { free: number }, mark: number): boolean {
  if (zone.free <= mark) return false
  zone.free--
  return true
}
