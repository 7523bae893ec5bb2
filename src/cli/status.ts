/** The status line of a search: one line on stderr, erased when something is printed. */

import { SingleBar } from 'cli-progress';
import type { Progress } from '../explore/result.ts';
import { progressText } from '../report/human.ts';
import { clipped, duration, roughAmount } from '../report/text.ts';

/** A status line; without a terminal it does nothing. */
export interface StatusLine {
  show(progress: Progress, jobs: number): void;
  /** Shows that a search goes on which counts nothing that could be shown. */
  tick(name: string): void;
  erase(): void;
}

/** A status line on a terminal, or one that does nothing. */
export function statusLine(stream: NodeJS.WriteStream | null): StatusLine {
  if (stream === null) return { show: () => {}, tick: () => {}, erase: () => {} };
  const started = performance.now();
  let bar: SingleBar | null = null;
  return {
    show(progress, jobs) {
      bar ??= startBar(stream);
      const { scenario, states, estimate, seconds } = progress;
      const text = progressText(scenario, states, estimate, seconds, roughAmount);
      const threads = jobs > 1 ? `   ${jobs} threads` : '';
      bar.update(states, { text: clipped(`  ${text}${threads}`, stream.columns - 1, '') });
    },
    tick(name) {
      bar ??= startBar(stream);
      const seconds = duration((performance.now() - started) / 1000);
      bar.update(0, { text: clipped(`  ${name}  ${seconds}`, stream.columns - 1, '') });
    },
    erase() {
      bar?.stop();
      bar = null;
    },
  };
}

function startBar(stream: NodeJS.WriteStream): SingleBar {
  const bar = new SingleBar({
    stream,
    format: (_options, _state, payload: { text?: string }) => payload.text ?? '',
    clearOnComplete: true,
    hideCursor: true,
    // The command has a listener of its own, which must see the interrupt first.
    gracefulExit: false,
    fps: 5,
  });
  bar.start(1, 0, { text: '' });
  return bar;
}
