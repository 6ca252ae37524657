import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { fetchableCorpora, fetchCorpus } from '../../fetch/fetchCorpus.ts';
import type { FetchableCorpus } from '../../fetch/homes.ts';
import type { Desk } from '../options.ts';

export function addFetch(program: Command, desk: Desk): void {
  program
    .command('fetch')
    .description('bring a corpus from its public home; goes on where an earlier try ended')
    .addArgument(new Argument('<corpus>').choices(fetchableCorpora))
    .option('--to <folder>', 'where to (default: data/ and its name)')
    .action(async (name: FetchableCorpus, { to = join('data', name) }: { to?: string }) => {
      const { progress, signal, out } = desk;
      const showBytes = progress.bar(`downloading ${name}`);
      const showFiles = progress.bar(`unpacking ${name}`);
      const result = await fetchCorpus(name, to, {
        signal,
        onProgress: ({ doneBytes, totalBytes }) => showBytes(doneBytes, totalBytes ?? Infinity),
        onUnpack: ({ files, expectedFiles }) => showFiles(files, expectedFiles),
      });
      out(`${name}: ${result}, ${to}`);
    });
}
