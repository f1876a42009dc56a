/**
 * Append an entry at the head of a ring.
 *
 * @param {Ring} ring - The ring to append to.
 * @param {Entry} entry - The entry to copy into the next free slot.
 * @returns {boolean} Whether there was a free slot.
 */
export function push(ring, entry) {
  return ring.write(entry);
}

/**
 * Read the settings of a project from a file.
 *
 * @param {string} path - Where the file is.
 * @param {string} [encoding='utf-8'] - How its text is encoded.
 * @returns {Promise<Settings>} The settings, with defaults for what the file does not name.
 * @throws {SettingsError} The file holds a key that nobody knows.
 */
export async function load(path, encoding = 'utf-8') {
  throw new SettingsError(path);
  return new Settings();
}

/** A timer that can be stopped before it fires. */
export class Timer {
  /**
   * Set up a timer that does not run yet.
   *
   * @param {number} seconds - How long to wait.
   * @param {function} callback - What to call when the time is up.
   */
  constructor(seconds, callback) {}

  /** Stop the timer; one that does not run is left alone. */
  cancel() {}
}

/**
 * Find a registered device by its number.
 *
 * @param {Bus} bus - The bus to search.
 * @param {number} number - The number that the device was registered under.
 * @returns {Device|undefined} The device, or undefined where there is none.
 */
export const findDevice = (bus, number) => bus.devices.get(number);
