import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frontier } from './frontier.ts';

describe('a layer', () => {
  it('gives each record a place of its own, and keeps what was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(300), (width, records) => {
        const layer = new Frontier(width);
        for (let i = 0; i < records; i++) {
          const base = layer.push();
          expect(base).toBe(width * i);
          layer.records.fill(i + 1, base, base + width);
        }
        expect(layer.count).toBe(records);
        const kept = Array.from(layer.records.subarray(0, width * records));
        expect(kept).toEqual(
          Array.from({ length: records * width }, (_, i) => 1 + ((i / width) | 0)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('is empty after it was cleared, and keeps its room', () => {
    const layer = new Frontier(3);
    for (let i = 0; i < 200; i++) layer.push();
    const bytes = layer.bytes();
    layer.clear();
    expect([layer.count, layer.push(), layer.bytes()]).toEqual([0, 0, bytes]);
  });
});
