/**
 * Own which links of an answer lead anywhere: to lines of files below the workspace's folders, and nowhere else.
 *
 * It must not know the editor or open anything; that a path is no link out of the folder is checked where it is opened.
 */

import { posix } from "node:path";

/** Lines of a file, counted from 1; `path` is absolute, with `/`. */
export interface Place {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** A folder of the workspace as an absolute path, with `/`. */
export type Folder = string;

const LINES = /^#L(?<start>\d{1,9})(?:-L?(?<end>\d{1,9}))?$/u;
// What a file's name never has, or what reads as something else than it is.
const ODD = /[\p{Cc}\\]/u;

/** Return where a link leads, or null where it may not be followed. */
export function placeOf(link: string, folders: readonly Folder[]): Place | null {
  const parsed = parsedFileUrl(link);
  if (parsed === null) return null;
  const lines = LINES.exec(parsed.hash);
  if (parsed.hash !== "" && lines === null) return null;
  const start = Number(lines?.groups?.["start"] ?? 1);
  const end = Number(lines?.groups?.["end"] ?? start);
  return placeIn(parsed.path, start, end, folders);
}

/** Return where a citation leads: a path below one of the folders. */
export function placeOfCitation(
  citation: { readonly path: string; readonly startLine: number; readonly endLine: number },
  folder: Folder,
): Place | null {
  if (posix.isAbsolute(citation.path)) return null;
  return placeIn(posix.join(folder, citation.path), citation.startLine, citation.endLine, [folder]);
}

/** Tell whether an absolute path lies below a folder, when nothing in it is a link. */
export function isBelow(path: string, folder: Folder): boolean {
  const inside = posix.relative(folder, path);
  return inside !== "" && inside !== ".." && !inside.startsWith("../") && !posix.isAbsolute(inside);
}

function placeIn(path: string, start: number, end: number, folders: readonly Folder[]): Place | null {
  if (ODD.test(path) || path !== posix.normalize(path) || start < 1) return null;
  if (!folders.some((it) => isBelow(path, it))) return null;
  return { path, startLine: start, endLine: Math.max(start, end) };
}

function parsedFileUrl(link: string): { readonly path: string; readonly hash: string } | null {
  if (!link.startsWith("file:///")) return null;
  const hashAt = link.indexOf("#");
  const hash = hashAt === -1 ? "" : link.slice(hashAt);
  const encoded = (hashAt === -1 ? link : link.slice(0, hashAt)).slice("file://".length);
  if (encoded.includes("?")) return null;
  try {
    const path = decodeURIComponent(encoded);
    return { path: withoutDriveSlash(path), hash };
  } catch {
    return null;
  }
}

/** Return the path of a URL as a path: that of a drive of Windows, /C:/code, is c:/code. */
export function withoutDriveSlash(path: string): string {
  return /^\/[a-z]:(?:\/|$)/iu.test(path) ? `${path.charAt(1).toLowerCase()}${path.slice(2)}` : path;
}
