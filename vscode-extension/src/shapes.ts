/**
 * Own how data from outside is read into typed shapes: what does not fit is said with its place.
 *
 * It must not know any shape of the protocol.
 */

/** Reads a value, or throws a `WrongShape` that names the place. */
export type Reader<T> = (value: unknown, place: string) => T;

type Readers = Record<string, Reader<unknown>>;
type Read<R extends Readers> = { [K in keyof R]: ReturnType<R[K]> };

/** Says which place of some data is not what it must be. */
export class WrongShape extends Error {
  override name = "WrongShape";
}

/** Read a string. */
export const text: Reader<string> = (value, place) => {
  if (typeof value !== "string") throw wrong(place, "a string");
  return value;
};

/** Read a finite number. */
export const number: Reader<number> = (value, place) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(place, "a number");
  return value;
};

/** Read a whole number that is not negative. */
export const count: Reader<number> = (value, place) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(place, "a whole number");
  return value as number;
};

/** Read true or false. */
export const truth: Reader<boolean> = (value, place) => {
  if (typeof value !== "boolean") throw wrong(place, "true or false");
  return value;
};

/** Read one of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): Reader<W> {
  return (value, place) => {
    const known = words.find((it) => it === value);
    if (known === undefined) throw wrong(place, `one of ${words.join(", ")}`);
    return known;
  };
}

/** Read null, or what another reader reads. */
export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, place) => (value === null ? null : reader(value, place));
}

/** Read a list. */
export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw wrong(place, "a list");
    return value.map((it: unknown, at) => reader(it, `${place}[${at}]`));
  };
}

/** Read an object whose keys are data. */
export function mapOf<T>(reader: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, place) =>
    Object.fromEntries(
      Object.entries(objectAt(value, place)).map(([key, it]) => [key, reader(it, `${place}.${key}`)]),
    );
}

/** Read an object with keys that must be there; others are left out. */
export function object<R extends Readers>(required: R): Reader<Readonly<Read<R>>> {
  return (value, place) => {
    const given = objectAt(value, place);
    const read = Object.entries(required).map(([key, reader]) => [key, reader(given[key], `${place}.${key}`)]);
    return Object.fromEntries(read) as Read<R>;
  };
}

/** Read an object with keys that must be there and keys that may be; others are left out. */
export function objectWith<R extends Readers, O extends Readers>(
  required: R,
  optional: O,
): Reader<Readonly<Read<R> & Partial<Read<O>>>> {
  return (value, place) => {
    const given = objectAt(value, place);
    const there = Object.entries(optional).filter(([key]) => given[key] !== undefined);
    return { ...object(required)(given, place), ...object(Object.fromEntries(there))(given, place) } as Read<R> &
      Partial<Read<O>>;
  };
}

function objectAt(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(place, "an object");
  }
  return value as Record<string, unknown>;
}

function wrong(place: string, wanted: string): WrongShape {
  return new WrongShape(`${place} is not ${wanted}`);
}
