"""Writes the golden values of layers, losses, optimizers, schedules and models: /usr/bin/python3 test/golden/make_nn.py"""
import os

import nn_audio, nn_initialisers, nn_layers, nn_losses, nn_models, nn_sequences, nn_training  # noqa: E401,F401

from golden_nn import write_books

nn_models.write_models(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'nn', 'models'))
write_books({'nn/layers': 'layer', 'nn/audio': 'layer', 'nn/losses': 'loss', 'nn/optimizers': 'optimizer', 'nn/schedules': 'schedule', 'nn/models': 'model'})
