import {crc32} from 'node:zlib';
import {UnreadableRowError} from './fault.ts';

const comma = 0x2c;
const lineFeed = 0x0a;

/**
 * The checksum of a row of results, for SQLite has none: without it, a changed digit would be taken for a measured one.
 * @param lastSuccessMs null where it is not known.
 */
export const checksumOf = (id: number, lastSuccessMs: number | null, body: string): number =>
  crc32(body, crc32(`${id},${lastSuccessMs}`));

/**
 * Checks rows that are written as a JSON array of a line each: `[[id,lastSuccessMs,checksum,body],` and so on. One whose
 * checksum is null was written before there were checksums. Throws an `UnreadableRowError` for one that is not its own.
 */
export const verifyRows = (json: Buffer): void => {
  for (let start = 1; start < json.length - 1; ) {
    const lineEnd = json.indexOf(lineFeed, start);
    const end = lineEnd === -1 ? json.length : lineEnd;
    const headEnd = json.indexOf(comma, json.indexOf(comma, start) + 1);
    const bodyStart = json.indexOf(comma, headEnd + 1) + 1;
    const checksum = json.toString('latin1', headEnd + 1, bodyStart - 1);
    // A line ends in the row's bracket, and in a comma or the array's bracket.
    const found = crc32(json.subarray(bodyStart, end - 2), crc32(json.subarray(start + 1, headEnd)));
    if (checksum !== 'null' && checksum !== String(found)) {
      throw new UnreadableRowError(
        `journal: row ${json.toString('latin1', start + 1, headEnd)} has another checksum`,
      );
    }
    start = end + 1;
  }
};
