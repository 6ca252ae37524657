import { type Module, type Statistics, type Summary, watchLayers } from '@sonograd/nn';
import { scope, type Tensor } from '@sonograd/tensor';
import type { ReportData } from '../../runs/reportData.ts';

/** A summary as the report shows it. */
export function modelRows(
  name: string,
  { rows, parameters, multiplyAdds }: Summary,
): ReportData['models'][number] {
  return {
    name,
    parameters,
    multiplyAdds,
    rows: rows.map(({ output, ...row }) => ({
      ...row,
      output: output === undefined ? '' : output.join(' × '),
    })),
  };
}

/** Activations and gradients of every layer in one forward and backward pass. */
export function layerHealth(model: Module, loss: () => Tensor, name: string): ReportData['layers'] {
  const watch = watchLayers(model);
  try {
    scope(() => {
      loss().backward();
    });
    return watch.layers.map(({ name: layerName, layer, output, gradient }) => ({
      model: name,
      name: layerName,
      layer,
      output: shown(output),
      gradient: gradient === undefined ? null : shown(gradient),
    }));
  } finally {
    watch.stop();
    model.zeroGrad();
  }
}

const shown = ({ mean, deviation, deadShare, histogram }: Statistics) => ({
  mean,
  deviation,
  deadShare,
  edges: [...histogram.edges],
  counts: [...histogram.counts],
});
