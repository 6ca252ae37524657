/**
 * The butterflies of the Stockham transform (Van Loan, "Computational Frameworks for the Fast
 * Fourier Transform", 1992, section 1.7). Complex numbers are interleaved in one Float64Array; `from`
 * and `to` are the offsets of the two halves that the stages write in turn, so nothing is reordered
 * at the end. A stage of radix r over `count` groups, `stride` apart:
 *
 *   to[q + stride * (r * p + k)] = root^(p k) * sum over j of from[q + stride * (p + count * j)] * w_r^(j k)
 *
 * for p < count, q < stride, k < r. `roots` holds root^p ... root^((r - 1) p) for each p.
 */
export type Butterfly = (
  data: Float64Array,
  from: number,
  to: number,
  count: number,
  stride: number,
  roots: Float64Array,
) => void;

const radix2: Butterfly = (data, from, to, count, stride, roots) => {
  const step = 2 * stride * count;
  for (let p = 0; p < count; p++) {
    const wRe = roots[2 * p];
    const wIm = roots[2 * p + 1];
    let a = from + 2 * stride * p;
    let out = to + 4 * stride * p;
    for (const end = a + 2 * stride; a < end; a += 2, out += 2) {
      const b = a + step;
      const aRe = data[a];
      const aIm = data[a + 1];
      const bRe = data[b];
      const bIm = data[b + 1];
      const re = aRe - bRe;
      const im = aIm - bIm;
      data[out] = aRe + bRe;
      data[out + 1] = aIm + bIm;
      const high = out + 2 * stride;
      data[high] = re * wRe - im * wIm;
      data[high + 1] = re * wIm + im * wRe;
    }
  }
};

const sin60 = Math.sqrt(3) / 2;

const radix3: Butterfly = (data, from, to, count, stride, roots) => {
  const step = 2 * stride * count;
  const width = 2 * stride;
  for (let p = 0; p < count; p++) {
    const w1Re = roots[4 * p];
    const w1Im = roots[4 * p + 1];
    const w2Re = roots[4 * p + 2];
    const w2Im = roots[4 * p + 3];
    let a = from + width * p;
    let out = to + 3 * width * p;
    for (const end = a + width; a < end; a += 2, out += 2) {
      const sumRe = data[a + step] + data[a + 2 * step];
      const sumIm = data[a + step + 1] + data[a + 2 * step + 1];
      const turnRe = sin60 * (data[a + step + 1] - data[a + 2 * step + 1]);
      const turnIm = sin60 * (data[a + 2 * step] - data[a + step]);
      const midRe = data[a] - 0.5 * sumRe;
      const midIm = data[a + 1] - 0.5 * sumIm;
      data[out] = data[a] + sumRe;
      data[out + 1] = data[a + 1] + sumIm;
      const re1 = midRe + turnRe;
      const im1 = midIm + turnIm;
      data[out + width] = re1 * w1Re - im1 * w1Im;
      data[out + width + 1] = re1 * w1Im + im1 * w1Re;
      const re2 = midRe - turnRe;
      const im2 = midIm - turnIm;
      data[out + 2 * width] = re2 * w2Re - im2 * w2Im;
      data[out + 2 * width + 1] = re2 * w2Im + im2 * w2Re;
    }
  }
};

const radix4: Butterfly = (data, from, to, count, stride, roots) => {
  const step = 2 * stride * count;
  const width = 2 * stride;
  for (let p = 0; p < count; p++) {
    const w1Re = roots[6 * p];
    const w1Im = roots[6 * p + 1];
    const w2Re = roots[6 * p + 2];
    const w2Im = roots[6 * p + 3];
    const w3Re = roots[6 * p + 4];
    const w3Im = roots[6 * p + 5];
    let a = from + width * p;
    let out = to + 4 * width * p;
    for (const end = a + width; a < end; a += 2, out += 2) {
      const b = a + step;
      const c = b + step;
      const d = c + step;
      const acRe = data[a] + data[c];
      const acIm = data[a + 1] + data[c + 1];
      const aLessRe = data[a] - data[c];
      const aLessIm = data[a + 1] - data[c + 1];
      const bdRe = data[b] + data[d];
      const bdIm = data[b + 1] + data[d + 1];
      const turnRe = data[b + 1] - data[d + 1];
      const turnIm = data[d] - data[b];
      data[out] = acRe + bdRe;
      data[out + 1] = acIm + bdIm;
      const re1 = aLessRe + turnRe;
      const im1 = aLessIm + turnIm;
      const out1 = out + width;
      data[out1] = re1 * w1Re - im1 * w1Im;
      data[out1 + 1] = re1 * w1Im + im1 * w1Re;
      const re2 = acRe - bdRe;
      const im2 = acIm - bdIm;
      const out2 = out1 + width;
      data[out2] = re2 * w2Re - im2 * w2Im;
      data[out2 + 1] = re2 * w2Im + im2 * w2Re;
      const re3 = aLessRe - turnRe;
      const im3 = aLessIm - turnIm;
      const out3 = out2 + width;
      data[out3] = re3 * w3Re - im3 * w3Im;
      data[out3 + 1] = re3 * w3Im + im3 * w3Re;
    }
  }
};

const cos72 = (Math.sqrt(5) - 1) / 4;
const cos144 = -(Math.sqrt(5) + 1) / 4;
const sin72 = Math.sin((2 * Math.PI) / 5);
const sin144 = Math.sin((4 * Math.PI) / 5);

const radix5: Butterfly = (data, from, to, count, stride, roots) => {
  const step = 2 * stride * count;
  const width = 2 * stride;
  const turned = (at: number, re: number, im: number, root: number) => {
    data[at] = re * roots[root] - im * roots[root + 1];
    data[at + 1] = re * roots[root + 1] + im * roots[root];
  };
  for (let p = 0; p < count; p++) {
    let a = from + width * p;
    let out = to + 5 * width * p;
    for (const end = a + width; a < end; a += 2, out += 2) {
      const outerRe = data[a + step] + data[a + 4 * step];
      const outerIm = data[a + step + 1] + data[a + 4 * step + 1];
      const outerLessRe = data[a + step] - data[a + 4 * step];
      const outerLessIm = data[a + step + 1] - data[a + 4 * step + 1];
      const innerRe = data[a + 2 * step] + data[a + 3 * step];
      const innerIm = data[a + 2 * step + 1] + data[a + 3 * step + 1];
      const innerLessRe = data[a + 2 * step] - data[a + 3 * step];
      const innerLessIm = data[a + 2 * step + 1] - data[a + 3 * step + 1];
      const re1 = data[a] + cos72 * outerRe + cos144 * innerRe;
      const im1 = data[a + 1] + cos72 * outerIm + cos144 * innerIm;
      const re2 = data[a] + cos144 * outerRe + cos72 * innerRe;
      const im2 = data[a + 1] + cos144 * outerIm + cos72 * innerIm;
      const turn1Re = sin72 * outerLessIm + sin144 * innerLessIm;
      const turn1Im = -sin72 * outerLessRe - sin144 * innerLessRe;
      const turn2Re = sin144 * outerLessIm - sin72 * innerLessIm;
      const turn2Im = sin72 * innerLessRe - sin144 * outerLessRe;
      data[out] = data[a] + outerRe + innerRe;
      data[out + 1] = data[a + 1] + outerIm + innerIm;
      turned(out + width, re1 + turn1Re, im1 + turn1Im, 8 * p);
      turned(out + 2 * width, re2 + turn2Re, im2 + turn2Im, 8 * p + 2);
      turned(out + 3 * width, re2 - turn2Re, im2 - turn2Im, 8 * p + 4);
      turned(out + 4 * width, re1 - turn1Re, im1 - turn1Im, 8 * p + 6);
    }
  }
};

export const butterflies: Readonly<Record<number, Butterfly>> = {
  2: radix2,
  3: radix3,
  4: radix4,
  5: radix5,
};
