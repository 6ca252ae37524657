/**
 * The command line in a process of its own that ends with the one that started it: were that killed, this one would
 * hold its cell, and nobody would know. It saves first, as on Ctrl-C.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

// Whoever was killed before these lines ran cannot be heard leaving.
if (process.connected) await import('../cli/index.ts');
else process.exitCode = 130;
