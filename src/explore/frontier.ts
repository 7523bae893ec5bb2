/** A layer of the breadth-first search: records one after the other in one growing array. */

import { grown } from './automaton/grown.ts';

/** Records of one width. A class because its array is replaced when it grows. */
export class Frontier {
  /** How many records there are. */
  count = 0;
  records: Int32Array;
  private readonly width: number;

  constructor(width: number) {
    this.width = width;
    this.records = new Int32Array(width * 1024);
  }

  /** Makes room for one more record and gives its place; the caller fills it. */
  push(): number {
    const base = this.width * this.count;
    if (base + this.width > this.records.length) {
      this.records = grown(this.records, 2 * this.records.length);
    }
    this.count++;
    return base;
  }

  /** Takes the last record back. */
  pop(): void {
    this.count--;
  }

  clear(): void {
    this.count = 0;
  }

  bytes(): number {
    return this.records.byteLength;
  }
}
