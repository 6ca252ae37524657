"""Cases of recurrent layers and of attention."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden_format import bools, uniform, values
from golden_nn import layer
from nn_layers import snake


def recur(module, x, options={}):
    """options: { state, lengths } as our forward takes them."""
    state = options.get('state')
    if isinstance(state, list):
        state = tuple(state)
    if 'lengths' not in options:
        return module(x, state)
    lengths, total = torch.tensor(options['lengths']), x.shape[1 if module.batch_first else 0]
    packed = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
    output, state = module(packed, state)
    return pad_packed_sequence(output, module.batch_first, total_length=total)[0], state


for name in ['RNN', 'LSTM', 'GRU']:
    fields = ['output', 'hidden', 'cell'] if name == 'LSTM' else ['output', 'hidden']
    for arguments, options, x, call in [
        ([3, 5], {}, [4, 2, 3], {}), ([1, 1], {}, [3, 1, 1], {}), ([3, 5], {'batchFirst': True}, [2, 7, 3], {}),
        ([4, 6], {'batchFirst': True, 'bidirectional': True}, [3, 5, 4], {}), ([4, 6], {'numLayers': 2, 'batchFirst': True}, [3, 5, 4], {}),
        ([3, 4], {'numLayers': 2, 'batchFirst': True, 'bidirectional': True}, [3, 6, 3], {}), ([3, 5], {'bias': False, 'batchFirst': True}, [2, 4, 3], {}),
        ([3, 5], {'batchFirst': True}, [4, 7, 3], {'lengths': [7, 3, 1, 5]}),
        ([3, 4], {'numLayers': 2, 'batchFirst': True, 'bidirectional': True}, [4, 7, 3], {'lengths': [2, 7, 4, 1]}),
        ([3, 4], {'bidirectional': True}, [6, 3, 3], {'lengths': [6, 2, 5]}), ([17, 33], {'batchFirst': True}, [5, 9, 17], {}),
        ([3, 5], {'batchFirst': True}, [2, 4, 3], {'state': True}), ([3, 4], {'numLayers': 2, 'bidirectional': True, 'batchFirst': True}, [3, 6, 3], {'state': True}),
        ([3, 4], {'bidirectional': True, 'batchFirst': True}, [3, 6, 3], {'state': True, 'lengths': [3, 6, 1]}),
    ]:
        if 'state' in call:
            batch = x[0] if options.get('batchFirst') else x[1]
            rows = options.get('numLayers', 1) * (2 if options.get('bidirectional') else 1)
            state = lambda: uniform(rows, batch, arguments[1], low=-1, high=1)
            call = {**call, 'state': [state(), state()] if name == 'LSTM' else state()}
        module = getattr(nn, name)(*arguments, **snake(options))
        layer(name, module, arguments, options, uniform(*x), *([call] if call else []), fields=fields, forward=recur)
    module = getattr(nn, name)(3, 5, num_layers=2, dropout=0.3, batch_first=True)
    layer(name, module, [3, 5], {'numLayers': 2, 'dropout': 0.3, 'batchFirst': True}, uniform(2, 4, 3), fields=fields, training=False)
layer('RNN', nn.RNN(3, 5, nonlinearity='relu'), [3, 5], {'nonlinearity': 'relu'}, uniform(4, 2, 3), fields=['output', 'hidden'])


def masks(options, length):
    """Ours: { attentionMask, keyPaddingMask: true where not to look, causal }."""
    mask = torch.ones(length, length, dtype=torch.bool).triu(1) if options.get('causal') else options.get('attentionMask')
    return mask, options.get('keyPaddingMask')


def attend(module, query, key, value, options={}):
    mask, padding = masks(options, query.shape[1])
    return module(query, key, value, key_padding_mask=padding, attn_mask=mask)


def padding_mask(length, *lengths):
    flags = [int(k >= own) for own in lengths for k in range(length)]
    return values(flags, [len(lengths), length], 'bool')


def attention_mask(rows, columns):
    """Every row may look at its first column, so that none is empty."""
    return values([int((i * 7 + j * 5) % 3 == 0 and j > 0) for i in range(rows) for j in range(columns)], [rows, columns], 'bool')


for arguments, options, call in [
    ([8, 2], {}, {}), ([6, 1], {'bias': False}, {}), ([8, 4], {}, {'causal': True}), ([8, 2], {}, {'keyPaddingMask': padding_mask(5, 5, 2, 1)}),
    ([8, 2], {}, {'attentionMask': attention_mask(5, 5)}), ([8, 2], {}, {'causal': True, 'keyPaddingMask': padding_mask(5, 3, 5, 1)}),
]:
    module = nn.MultiheadAttention(*arguments, batch_first=True, **snake(options))
    x = uniform(3, 5, arguments[0])
    layer('MultiHeadAttention', module, arguments, {**options, 'batchFirst': True}, x, x, x, *([call] if call else []),
          fields=['output', 'weights'], forward=attend, without_gradient=('weights',))
layer('MultiHeadAttention', nn.MultiheadAttention(8, 2, batch_first=True), [8, 2], {'batchFirst': True}, uniform(3, 5, 8), uniform(3, 7, 8),
      uniform(3, 7, 8), {'keyPaddingMask': padding_mask(7, 7, 2, 4)}, fields=['output', 'weights'], forward=attend, without_gradient=('weights',))
layer('MultiHeadAttention', nn.MultiheadAttention(8, 2), [8, 2], {}, uniform(5, 3, 8), uniform(7, 3, 8), uniform(7, 3, 8),
      fields=['output', 'weights'], forward=attend, without_gradient=('weights',))


def encode(module, x, options={}):
    mask, padding = masks(options, x.shape[1])
    names = ('mask', 'src_key_padding_mask') if isinstance(module, nn.TransformerEncoder) else ('src_mask', 'src_key_padding_mask')
    return module(x, **dict(zip(names, (mask, padding))))


for options, call in [
    ({}, {}), ({'normFirst': True}, {}), ({'activation': 'gelu'}, {}), ({'normFirst': True, 'activation': 'gelu', 'layerNormEps': 1e-3}, {'causal': True}),
    ({}, {'keyPaddingMask': padding_mask(5, 5, 2, 3)}), ({}, {'attentionMask': attention_mask(5, 5)}),
]:
    options = {'dimFeedforward': 16, 'dropout': 0, 'batchFirst': True, **options}
    layer('TransformerEncoderLayer', nn.TransformerEncoderLayer(8, 2, **snake(options)), [8, 2], options, uniform(3, 5, 8),
          *([call] if call else []), forward=encode)
    inner = {'dModel': 8, 'nhead': 2, **options}
    layer('TransformerEncoder', nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, **snake(options)), 2), [], {'layer': inner, 'numLayers': 2},
          uniform(3, 5, 8), *([call] if call else []), forward=encode)
options = {'dimFeedforward': 16, 'dropout': 0, 'normFirst': True, 'batchFirst': True}
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, **snake(options)), 2, norm=nn.LayerNorm(8))
layer('TransformerEncoder', encoder, [], {'layer': {'dModel': 8, 'nhead': 2, **options}, 'numLayers': 2, 'norm': 8}, uniform(3, 5, 8), forward=encode)
