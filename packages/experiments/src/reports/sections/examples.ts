import { type Html, html } from '../html.ts';
import { pictureUri, rangeOf, sharedRange } from '../picture.ts';
import type { ReportRun } from '../reportRun.ts';
import { player, type SoundFiles, soundFiles } from '../sounds.ts';
import type { Section } from './section.ts';

type Example = NonNullable<ReportRun['data']>['examples'][number];

/** Clips on their way through the model. */
export const examplesSection: Section = {
  id: 'examples',
  title: 'What goes in, what comes out',
  about:
    'Spectrograms: time to the right, frequency upwards, bright is loud. All pictures of a clip are drawn by the same scale where they are of one kind.',
  show: async ({ data, folder }) => {
    if (data === undefined || data.examples.length === 0) return undefined;
    const sounds = soundFiles(folder);
    return html`<div class="clips">${await Promise.all(data.examples.map((example) => clip(example, sounds)))}</div>`;
  },
};

async function clip({ title, caption, pictures, sounds }: Example, files: SoundFiles): Promise<Html> {
  const [first] = pictures;
  const images = await Promise.all(
    pictures.map(async ({ title: what, picture }) => {
      const range = first === undefined ? rangeOf(picture) : sharedRange(picture, rangeOf(first.picture));
      const alternative = `${title}, ${what}: spectrogram of ${picture.bins} bands by ${picture.frames} frames`;
      return html`<figure><img src="${await pictureUri(picture, range)}" alt="${alternative}"><figcaption>${what}</figcaption></figure>`;
    }),
  );
  return html`<article class="clip"><h3>${title}</h3><p class="note">${caption}</p>
<div class="pictures">${images}</div>
${sounds.map(({ title: what, file }) => player(`${title}, ${what}`, what, files.take(file)))}</article>
`;
}

/** What else lies in `samples/`: the inputs and outputs of one clip beside each other. */
export const soundsSection: Section = {
  id: 'sounds',
  title: 'To listen to',
  about: 'Sound that was made from spectrograms has lost its phases, and invented others.',
  show: ({ data, folder }) => {
    const shown = new Set(data?.examples.flatMap(({ sounds }) => sounds.map(({ file }) => file)));
    const files = soundFiles(folder);
    const clips = new Map<string, string[]>();
    for (const file of files.names.filter((name) => !shown.has(name))) {
      const clip = file.replace(/(-[a-z]+)?\.wav$/i, '');
      clips.set(clip, [...(clips.get(clip) ?? []), file]);
    }
    if (clips.size === 0) return undefined;
    return html`<div class="clips">${[...clips].map(
      ([name, parts]) =>
        html`<article class="clip"><h3>${name}</h3>${parts.map((file) => {
          const what = file.slice(name.length + 1, -4) || 'sound';
          return player(`${name}, ${what}`, what, files.take(file));
        })}</article>
`,
    )}</div>`;
  },
};
