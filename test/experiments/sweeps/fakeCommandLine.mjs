// Stands in for the command line where only its manners matter: trains nothing, in no time.
// `seed` 13 fails; `seed` 66 throws; while the file FAKE_GATE is there, a run waits. All it is told goes to FAKE_CALLS.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [command, subject, ...options] = process.argv.slice(2);
const option = (name) => options[options.indexOf(name) + 1];
appendFileSync(process.env.FAKE_CALLS, `${command} ${subject} ${option('--threads')}\n`);

process.on('disconnect', () => process.exit(130));
process.on('SIGTERM', () => process.exit(130));
process.channel?.unref();

const run = command === 'resume' ? subject : join(option('--runs'), 'first');
if (command === 'train') {
  mkdirSync(run, { recursive: true });
  const { pipeline, config } = JSON.parse(readFileSync(option('--config'), 'utf8'));
  writeFileSync(join(run, 'config.json'), JSON.stringify({ pipeline, config }));
}
const { seed } = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).config;
if (seed === 13) {
  console.error('training: classifier\nTrainer: the loss is not finite, NaN at step 3');
  process.exit(2);
}
if (seed === 66) throw new TypeError('a fault of this program');
while (existsSync(process.env.FAKE_GATE)) await new Promise((resolve) => setTimeout(resolve, 5));
console.log('something else first');
console.log(
  JSON.stringify({
    pipeline: subject,
    run,
    report: 'page',
    metrics: { testAccuracy: seed / 10 },
    seconds: 1,
  }),
);
