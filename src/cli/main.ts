#!/usr/bin/env node
/** The `holdfast` executable: the command with the real streams. */
import { processIo } from './io.ts';
import { run } from './program.ts';

process.exitCode = await run(process.argv.slice(2), processIo());
