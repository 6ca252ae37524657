import { type Command, Option } from 'commander';
import { z } from 'zod';
import { corpusConfig, openCorpus } from '../../corpora/open.ts';
import { featureConfig } from '../../features/config.ts';
import { exportPictures, pictureSettings } from '../../features/exportPictures.ts';
import { mergeSettings, parseConfig, parseSetting, type Settings } from '../../settings/settings.ts';
import { corpusAt } from '../dataFolder.ts';
import { corpusName, type Desk } from '../options.ts';

const schema = z.strictObject({ corpus: corpusConfig, features: featureConfig });
const defaults: Settings = { corpus: { name: 'synth' }, features: pictureSettings };

interface ExportCommandOptions {
  readonly data?: string;
  readonly set: readonly Settings[];
}

export function addExportSpectrograms(program: Command, desk: Desk): void {
  const collect = (text: string, all: readonly Settings[]) => [...all, parseSetting(text)];
  program
    .command('export-spectrograms')
    .description('draw a corpus as PNG spectrograms, in folders by part and digit')
    .argument('<folder>', 'where to; it must not be there yet')
    .option('--data <path>', 'the folder (or .csv table) the corpus lies in; the built-in voice without it')
    .addOption(
      new Option('--set <path=value>', 'one field, such as corpus.speakers=4 or features.spectrum.nMels=64')
        .argParser(collect)
        .default([], 'none'),
    )
    .action(async (folder: string, { data, set }: ExportCommandOptions) => {
      const chosen = data === undefined ? {} : corpusAt(data, corpusName(mergeSettings(...set)));
      const { corpus, features } = parseConfig(schema, mergeSettings(defaults, chosen, ...set));
      const items = openCorpus(corpus).items();
      const show = desk.progress.bar(`drawing ${items.length} clips`);
      await exportPictures(items, folder, {
        config: features,
        onProgress: (done) => {
          desk.signal.throwIfAborted();
          show(done, items.length);
        },
      });
      desk.out(`${items.length} pictures in ${folder}`);
    });
}
