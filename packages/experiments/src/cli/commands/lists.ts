import type { Command } from 'commander';
import { corpora } from '../../corpora/open.ts';
import { pipelines } from '../../pipelines/registry.ts';
import type { Desk } from '../options.ts';

/** The commands that say what there is. */
export function addLists(program: Command, desk: Desk): void {
  program
    .command('corpora')
    .description('what there is to train on')
    .action(() => desk.out(listing(Object.entries(corpora))));
  program
    .command('pipelines')
    .description('what there is to train')
    .action(() => desk.out(listing(pipelines.map(({ name, summary }) => [name, summary]))));
}

function listing(entries: readonly (readonly [name: string, about: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, about]) => `${name.padEnd(width)}  ${about}`).join('\n');
}
