import type { DownloadSource } from './download.ts';
import type { ArchiveFormat } from './unpack.ts';

/** What is fetched, and what a whole corpus looks like on disk. */
export interface CorpusHome {
  readonly downloads: readonly DownloadSource[];
  /** For corpora that come as one archive: what of it is kept, under which path; the rest is passed over. */
  readonly archive?: {
    readonly format: ArchiveFormat;
    readonly keep: (path: string) => string | undefined;
    /** More than this does not come out of an honest archive. */
    readonly mostBytes: number;
  };
  /** A corpus is whole when as many files below its folder have such names. */
  readonly expect: { readonly name: RegExp; readonly count: number };
}

const GB = 1e9;
const mnist = 'https://ossci-datasets.s3.amazonaws.com/mnist/';

/**
 * Archives that a host packs anew for each visitor have no fixed length or checksum; of those the number of files
 * tells whether all came.
 */
export const corpusHomes = {
  fsdd: {
    downloads: [
      {
        url: 'https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/tar.gz/refs/tags/v1.0.10',
        file: 'fsdd.tar.gz',
        mostBytes: 0.5 * GB,
      },
    ],
    archive: {
      format: 'tar.gz',
      keep: (path) => path.match(/^[^/]+\/(recordings\/[^/]+\.wav|metadata\.py|README\.md)$/)?.[1],
      mostBytes: 1 * GB,
    },
    expect: { name: /^\d_[a-z]+_\d+\.wav$/, count: 3000 },
  },
  audiomnist: {
    downloads: [
      {
        url: 'https://codeload.github.com/soerenab/AudioMNIST/zip/refs/heads/master',
        file: 'audiomnist.zip',
        mostBytes: 4 * GB,
      },
    ],
    archive: {
      format: 'zip',
      keep: (path) =>
        path.match(/^[^/]+\/(data\/\d\d\/[^/]+\.wav|data\/audioMNIST_meta\.txt|LICENSE|README\.\w+)$/)?.[1],
      mostBytes: 8 * GB,
    },
    expect: { name: /^\d_\d\d_\d+\.wav$/, count: 30_000 },
  },
  mnist: {
    downloads: [
      {
        url: `${mnist}train-images-idx3-ubyte.gz`,
        file: 'train-images-idx3-ubyte.gz',
        bytes: 9_912_422,
        sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      },
      {
        url: `${mnist}train-labels-idx1-ubyte.gz`,
        file: 'train-labels-idx1-ubyte.gz',
        bytes: 28_881,
        sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      },
      {
        url: `${mnist}t10k-images-idx3-ubyte.gz`,
        file: 't10k-images-idx3-ubyte.gz',
        bytes: 1_648_877,
        sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      },
      {
        url: `${mnist}t10k-labels-idx1-ubyte.gz`,
        file: 't10k-labels-idx1-ubyte.gz',
        bytes: 4_542,
        sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      },
    ],
    expect: { name: /-idx[13]-ubyte\.gz$/, count: 4 },
  },
} as const satisfies Record<string, CorpusHome>;

export type FetchableCorpus = keyof typeof corpusHomes;
