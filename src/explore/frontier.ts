/** A layer of the breadth-first search: records one after the other in one growing array. */

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
      const larger = new Int32Array(2 * this.records.length);
      larger.set(this.records);
      this.records = larger;
    }
    this.count++;
    return base;
  }

  clear(): void {
    this.count = 0;
  }

  bytes(): number {
    return this.records.byteLength;
  }
}
