#!/usr/bin/env node
// First of all, before anything is loaded: a ticket among the words must not stay in the process list (rule K5).
process.title = 'towline';

void start();

async function start(): Promise<void> {
  const [{ run }, { processIo }, { tcpNetwork }] = await Promise.all([
    import('./run.ts'),
    import('./process-io.ts'),
    import('./net/tcp-network.ts'),
  ]);
  const code = await run(process.argv.slice(2), processIo(), tcpNetwork);
  process.exitCode = code;
  // Pipes may hold what was written last; a standard input that is still open must not hold us.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
