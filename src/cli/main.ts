#!/usr/bin/env node
/** The `holdfast` executable: the command with the real streams. */
import { compileLater } from '../jobs/compile-later.ts';
import { Exit } from './exit.ts';
import { processIo } from './io.ts';
import { reportBug, run } from './program.ts';

compileLater();
const argv = process.argv.slice(2);
const io = processIo();

// What is thrown in a callback passes by everybody who waits for a promise.
process.on('uncaughtException', (error) => {
  reportBug(error, argv, io);
  process.exit(Exit.BUG);
});

process.exitCode = await run(argv, io);
