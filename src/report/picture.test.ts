/** Pictures of hand-made executions, in each width and form. */
import { describe, expect, it } from 'vitest';
import { finding, pinVersusShare, steps, storeBuffering, trace } from '../../test/support/trace.ts';
import { asciiGlyphs, plainPaint, unicodeGlyphs } from './paint.ts';
import type { Style } from './paint.ts';
import { picture, stepList } from './picture.ts';

const unicode: Style = { paint: plainPaint, glyphs: unicodeGlyphs, width: 90 };
const ascii: Style = { paint: plainPaint, glyphs: asciiGlyphs, width: 90 };

function show(text: string): string {
  return `\n${text}\n`;
}

describe('a picture of labelled steps', () => {
  it('has lanes, numbers and state columns side by side where there is room', () => {
    const text = picture(pinVersusShare(), { style: unicode, states: 17 });
    expect(show(text)).toMatchInlineSnapshot(`
      "
        FAIL  pin-vs-share   never "pinned and shared"   sc   found after 17 states

              gup-fast                           ksm                         pte   excl  refs
              ─────────────────────────────────  ────────────────────────    ────  ────  ────
        init                                                                 ro    1     1
         1    B1 read pte        ro
         2                                       A1 clear pte  ro -> none    none
         3                                       A2 pinned?    1
         4    B3 pin the folio                                                           1025
         5    B4 pte unchanged?  ro  ◂ init  stale: missed 2
         6    B5 exclusive?      1
         7                                       A3 clear exclusive                0
         8                                       A4 restore pte              ro
              ─────────────────────────────────  ────────────────────────    ────  ────  ────
        end   pinned (refs 1025) and shared (excl 0)                         ro    0     1025  ✗

        Why     Step 5 still reads the value that step 2 had replaced: nothing orders it behind
                step 4.
                gup.ts:40:5  gup.ts:44:16
        Again   holdfast replay pin-vs-share:3f9k2
      "
    `);
  });

  it('puts the state below where 70 columns must do', () => {
    const text = picture(pinVersusShare(), { style: { ...unicode, width: 70 } });
    expect(show(text)).toMatchInlineSnapshot(`
      "
        FAIL  pin-vs-share   never "pinned and shared"   sc

              gup-fast                              ksm
              ────────────────────────────────────  ────────────────────────
         1    B1 read pte        ro
         2                                          A1 clear pte  ro -> none
         3                                          A2 pinned?    1
         4    B3 pin the folio
         5    B4 pte unchanged?  ro  ◂ init  stale: missed 2
         6    B5 exclusive?      1
         7                                          A3 clear exclusive
         8                                          A4 restore pte
              ────────────────────────────────────  ────────────────────────
        end   pinned (refs 1025) and shared (excl 0) ✗

              pte   excl  refs
        init  ro    1     1
         2    none
         4                1025
         7          0
         8    ro
        end   ro    0     1025

        Why     Step 5 still reads the value that step 2 had replaced:
                nothing orders it behind step 4.
                gup.ts:40:5  gup.ts:44:16
        Again   holdfast replay pin-vs-share:3f9k2
      "
    `);
  });

  it('has one step a line where it is narrow', () => {
    const text = picture(pinVersusShare(), { style: { ...unicode, width: 40 } });
    expect(show(text)).toMatchInlineSnapshot(`
      "
        FAIL  pin-vs-share   never "pinned and shared"   sc

         1  gup-fast  B1 read pte ro
         2  ksm       A1 clear pte ro -> none
                        pte none
         3  ksm       A2 pinned? 1
         4  gup-fast  B3 pin the folio
                        refs 1025
         5  gup-fast  B4 pte unchanged? ro ◂
                      init stale: missed 2
         6  gup-fast  B5 exclusive? 1
         7  ksm       A3 clear exclusive
                        excl 0
         8  ksm       A4 restore pte
                        pte ro
        end   pinned (refs 1025) and shared
              (excl 0) ✗

        Why     Step 5 still reads the value
                that step 2 had replaced:
                nothing orders it behind step
                4.
                gup.ts:40:5  gup.ts:44:16
        Again   holdfast replay pin-vs-share:3f9k2
      "
    `);
  });

  it('is pure ASCII when plain', () => {
    const text = picture(pinVersusShare(), { style: ascii });
    expect(text.split('').filter((one) => one !== '\n' && (one < ' ' || one > '~'))).toEqual([]);
    expect(text).toContain('<- init  stale: missed 2');
  });
});

const widths = Array.from({ length: 110 }, (_unused, at) => at + 40);

describe('the width', () => {
  it.each(widths)('of %d columns is kept', (width) => {
    const style = { ...unicode, width };
    for (const one of [pinVersusShare(), storeBuffering()]) {
      const lines = picture(one, { style }).split('\n').slice(1);
      const drawn = lines.filter((line) => !line.startsWith('  Again') && !/:\d+:\d+/.test(line));
      expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });
});

describe('the last line', () => {
  const leak = (message: string) => {
    const one = { thread: 0, primitive: 'mutex_lock', field: 'box.lock', written: 'held' };
    const all = steps({ ...one, changes: [['box.lock', 'free', 'held']] });
    const initial = [{ field: 'box.lock', value: 'free' }];
    return finding({ message, trace: trace({ threads: ['t'], initial, steps: all }) });
  };

  it.each(widths)('keeps the state in its column, %d columns wide', (width) => {
    const long = 'folio_try_share_anon_rmap_pte_and_a_longer_name is wrong.';
    for (const message of ['The thread has ended, but box.lock is still held.', long]) {
      const lines = picture(leak(message), { style: { ...ascii, width } }).split('\n');
      const title = lines.find((line) => /^ *(t +)?lock$/.test(line));
      const end = lines.find((line) => line.endsWith('  held  x') || line.endsWith('end   held'));
      if (title === undefined) continue;
      expect(end?.lastIndexOf('held'), lines.join('\n')).toBe(title.indexOf('lock'));
    }
  });

  it('has the state on a line of its own where the two would meet', () => {
    const text = picture(leak('folio_try_share_anon_rmap_pte_and_a_longer_name is wrong.'), {
      style: { ...ascii, width: 50 },
    });
    expect(show(text)).toMatchInlineSnapshot(`
      "
        FAIL  pin-vs-share   never "pinned and shared"   sc

              t                         lock
              ----------------          ----
        init                            free
         1    mutex_lock(lock)          held
              ----------------          ----
        end   folio_try_share_anon_rmap_pte_and_a_longer_name
              is wrong.
                                        held  x

        Why     One thread alone does it, whatever the
                others do.
        Again   holdfast replay pin-vs-share:3f9k2
      "
    `);
  });
});

describe('a picture of store buffers', () => {
  it('shows a store that waits and the moment when it is visible', () => {
    const models = [
      { model: 'tso', verdict: 'fail' },
      { model: 'sc', verdict: 'pass' },
    ] as const;
    const text = picture(storeBuffering(), { style: unicode, models });
    expect(show(text)).toMatchInlineSnapshot(`
      "
        FAIL  store buffering   never "both read 0"   tso

              left                     right                                       x     y
              ───────────────────────  ────────────────────────────────────────    ────  ────
        init                                                                       0     0
         1    WRITE_ONCE(x, 1)  ▹ store buffer
         2    READ_ONCE(y)  0
         3                             WRITE_ONCE(y, 1)                                  1
         4                             READ_ONCE(x)  0  ◂ init  stale: missed 1
         5    ◃ visible: x 1                                                       1
              ───────────────────────  ────────────────────────────────────────    ────  ────
        end   both read 0 holds                                                    1     1     ✗

        Why     Step 2 is done before step 1 is visible: the store waits in the store buffer of
                left, and no full barrier stands between them. So step 4 still reads the old
                value.
                sb.scenario.ts:5:26  sb.scenario.ts:5:44
        CPUs    under tso, not under sc: x86 can do this, and every CPU with a weaker model
        Again   holdfast replay store-buffering:8kq0d
      "
    `);
  });

  it('is pure ASCII when plain', () => {
    expect(show(picture(storeBuffering(), { style: ascii }))).toMatchInlineSnapshot(`
      "
        FAIL  store buffering   never "both read 0"   tso

              left                    right                                        x     y
              ----------------------  -----------------------------------------    ----  ----
        init                                                                       0     0
         1    WRITE_ONCE(x, 1)  -> store buffer
         2    READ_ONCE(y)  0
         3                            WRITE_ONCE(y, 1)                                   1
         4                            READ_ONCE(x)  0  <- init  stale: missed 1
         5    <= visible: x 1                                                      1
              ----------------------  -----------------------------------------    ----  ----
        end   both read 0 holds                                                    1     1     x

        Why     Step 2 is done before step 1 is visible: the store waits in the store buffer of
                left, and no full barrier stands between them. So step 4 still reads the old
                value.
                sb.scenario.ts:5:26  sb.scenario.ts:5:44
        Again   holdfast replay store-buffering:8kq0d
      "
    `);
  });
});

describe('the list of steps', () => {
  it('names every access, its effect and its place', () => {
    expect(show(stepList(storeBuffering()))).toMatchInlineSnapshot(`
      "
         1  left   WRITE_ONCE(x, 1)     into the store buffer  sb.scenario.ts:5:26
         2  left   READ_ONCE(y)      0                         sb.scenario.ts:5:44
         3  right  WRITE_ONCE(y, 1)     y 0 -> 1
         4  right  READ_ONCE(x)      0  stale: missed 1
         5  left   visible: x 1         x 0 -> 1
        end   both read 0 holds
      "
    `);
  });
});

describe('a long execution', () => {
  it('folds rounds that look the same', () => {
    const round = [
      { thread: 0, primitive: 'spin_trylock', field: 'lock', observed: 'false' },
      { thread: 0, primitive: 'cpu_relax' },
    ];
    const all = Array.from({ length: 14 }, () => round).flat();
    const rounds = trace({
      threads: ['waiter', 'owner'],
      steps: steps({ thread: 1, primitive: 'spin_lock', field: 'lock' }, ...all),
    });
    const text = picture(finding({ trace: rounds, message: 'never ends' }), { style: unicode });
    expect(show(text)).toMatchInlineSnapshot(`
      "
        FAIL  pin-vs-share   never "pinned and shared"   sc

              waiter                                owner
              ────────────────────────────────────  ───────────────
         1                                          spin_lock(lock)
         2    spin_trylock(lock) and 27 more  false
              ────────────────────────────────────  ───────────────
        end   never ends ✗

        Why     These steps in this order do it; no read is stale.
        Again   holdfast replay pin-vs-share:3f9k2
      "
    `);
  });
});
