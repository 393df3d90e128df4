#!/usr/bin/env node
import { run } from './run.ts';

process.exitCode = run(process.argv.slice(2), {
  directory: process.cwd(),
  say: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
