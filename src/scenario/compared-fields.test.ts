import { describe, expect, it } from 'vitest';
import { READ_ONCE, WRITE_ONCE } from '../memory/access.ts';
import { struct } from '../memory/struct.ts';
import { u32 } from '../memory/type.ts';
import { check } from './check.ts';
import { comparedFields, memberUse } from './compared-fields.ts';
import { scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** What is said of a text in which `flag` and `f` are words. */
function told(text: string): string[] {
  return comparedFields(text, (name) => name === 'flag').map(
    (warning) => /`(.*?)`, which is always (?:true|false)/.exec(warning)?.[0] ?? warning,
  );
}

const FLAG = "const flag = alloc(u32, 'flag');";
const OTHER = "const f = stage.alloc(u32, 'flag');";

describe('a word that was allocated alone', () => {
  const uses: [string, string][] = [
    [`${FLAG} if (flag === 1) stop();`, '`flag === 1`, which is always false'],
    [`${FLAG} return 2 !== flag;`, '`2 !== flag`, which is always true'],
    [`${OTHER} never('x', () => f === 1);`, '`f === 1`, which is always false'],
    [`${OTHER} if (!f) stop();`, '`!f`, which is always false'],
    [`${OTHER} while (f) { }`, '`while (f)`, which is always true'],
    [`${OTHER} return f && READ_ONCE(x) === 1;`, '`f`, which is always true'],
    [
      "const [flag, x] = [alloc(u32, 'flag'), 1]; flag === 1",
      '`flag === 1`, which is always false',
    ],
  ];

  it.each(uses)('is no value: %s', (text, said) => {
    expect(told(text)).toEqual([said]);
  });

  it.each([
    `${FLAG} if (READ_ONCE(flag) === 1) stop();`,
    `${FLAG} wait_event(queue, () => READ_ONCE(flag) !== 0);`,
    `${FLAG} label('flag === 1'); // if (flag === 1)`,
    `${FLAG} /* flag === 1 */ return box.flag === 1;`,
    `${FLAG} thread('t', (flag) => flag === 1);`,
    `${FLAG} thread('t', () => { const flag = READ_ONCE(x); return flag === 1; });`,
    `${FLAG} flags.forEach((other, flag) => other === flag);`,
    `${FLAG} return flag.address === 3;`,
    "const flag = alloc(box, 'box'); return flag === null;",
  ])('is not meant by %s', (text) => {
    expect(told(text)).toEqual([]);
  });

  /** It writes a word and judges the place. */
  const body = ({ alloc, thread, never }: Stage): void => {
    const flag = alloc(u32, 'flag') as unknown;
    thread('writer', () => WRITE_ONCE(flag as never, 1 as never));
    thread('reader', () => void READ_ONCE(flag as never));
    never('set', () => flag === 1);
  };

  it('is warned about beside the verdict, in each case of a family too', async () => {
    const [one] = scenario.each({ order: [1] }, 'family', body);
    for (const tried of [scenario('alone', body), ...(one === undefined ? [] : [one])]) {
      const { verdict, warnings } = await check(tried);
      expect([verdict, warnings]).toEqual([
        'pass',
        [
          'HF036: the text has `flag === 1`, which is always false: flag is a place in memory; ' +
            'READ_ONCE or atomic_read gives what it holds',
        ],
      ]);
    }
  });
});

describe('a member of a struct', () => {
  const uses: [string, string | null][] = [
    ['if (b.ready) stop();', '`if (b.ready)` is always true, whatever it holds'],
    ['if (b.ready !== 2) stop();', '`b.ready !== 2` is always true, whatever it holds'],
    ['assert(dev.boxes[1].ready === 1);', '`dev.boxes[1].ready === 1` is always false'],
    ['return 0 === b.ready;', '`0 === b.ready` is always false'],
    ['if (!b.ready) return;', '`!b.ready` is always false'],
    // Not compared, compared behind a call, in a text, another member, or both ways.
    ['take(b.ready);', null],
    ['assert(READ_ONCE(b.ready) === 1);', null],
    ["label('b.ready === 1');", null],
    ['assert(b.ready_count === 1); already.is === 1', null],
    ['if (b.ready) return b.ready === 1;', null],
  ];

  it.each(uses)('that stands for its value is told with what that gives: %s', (text, said) => {
    const use = memberUse(text, 'ready');
    expect(said === null ? use : use?.startsWith(said)).toBe(said === null ? null : true);
  });

  it('is warned about with what is true of the expression', async () => {
    const box = struct('box', { data: u32, ready: u32 });
    const { warnings } = await check(
      scenario('members', ({ alloc, thread }) => {
        const b = alloc(box) as unknown as Record<'data' | 'ready', number>;
        thread('reader', () => {
          if (b.ready) return b.data === 1;
          return false;
        });
      }),
    );
    const place = String.raw`\(compared-fields\.test\.ts:\d+\) and neither .* there`;
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      new RegExp(`box\\.ready ${place}: \`if \\(b\\.ready\\)\` is always true`),
    );
    expect(warnings[1]).toMatch(
      new RegExp(`box\\.data ${place}: \`b\\.data === 1\` is always false`),
    );
  });
});
