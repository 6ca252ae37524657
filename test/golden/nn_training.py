"""Trajectories of optimizers, schedules, averages of weights, and of whole training runs."""
import warnings

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel

from golden_format import integers, nine_digits, seed_of, uniform
from golden_nn import book_of, fill_state
from nn_layers import snake

# SequentialLR of 1.13 uses an argument that it warns of itself.
warnings.filterwarnings('ignore', message='The epoch parameter')
STEPS = 100
KEPT = [1, 2, 3, 5, 10, 20, 50, 100]
SHAPES = [[3, 65], [65], [1]]
OPTIMIZERS = {'sgd': torch.optim.SGD, 'adam': torch.optim.Adam, 'adamW': torch.optim.AdamW, 'rmsprop': torch.optim.RMSprop}


def torch_options(options):
    return {('lr' if key == 'rate' else key): value for key, value in snake(options).items()}


def gradient_formula(seed, parameter, step):
    """The gradient of a parameter at a step, counted from 0: no model is needed."""
    return uniform(*SHAPES[parameter], low=-1, high=1.5, grad=False, seed=seed + 1000 * parameter + step)


def trajectory(name, options, groups=None, clip=None):
    cases, store = book_of('nn/optimizers', name)
    seed = seed_of(name, len(cases))
    formulas = [uniform(*shape, seed=seed_of(name, len(cases), k)) for k, shape in enumerate(SHAPES)]
    parameters = [formula.tensor() for formula in formulas]
    split = [{**torch_options(g['options']), 'params': [parameters[k] for k in g['parameters']]} for g in groups or []]
    optimizer = OPTIMIZERS[name](split or parameters, **torch_options(options))
    kept = {}
    for step in range(STEPS):
        for k, parameter in enumerate(parameters):
            parameter.grad = gradient_formula(seed, k, step).tensor()
        if clip and 'norm' in clip:
            torch.nn.utils.clip_grad_norm_(parameters, clip['norm'])
        if clip and 'value' in clip:
            torch.nn.utils.clip_grad_value_(parameters, clip['value'])
        optimizer.step()
        if step + 1 in KEPT:
            kept[step + 1] = [store.add(parameter, floor=1) for parameter in parameters]
    cases.append({'options': options, **({'groups': groups} if groups else {}), **({'clip': clip} if clip else {}), 'steps': STEPS,
                  'tolerance': 1e-4, 'gradientSeed': seed, 'gradientRange': [-1, 1.5], 'parameters': [f.record() for f in formulas], 'after': kept})


MANY = {
    'sgd': [{'rate': 0.1}, {'rate': 0.1, 'momentum': 0.9}, {'rate': 0.05, 'momentum': 0.9, 'nesterov': True}, {'rate': 0.1, 'weightDecay': 0.02},
            {'rate': 0.05, 'momentum': 0.8, 'dampening': 0.1, 'weightDecay': 0.01}],
    'adam': [{'rate': 1e-3}, {'rate': 0.01, 'betas': [0.8, 0.99], 'eps': 1e-6}, {'rate': 0.01, 'weightDecay': 0.1}, {'rate': 0.01, 'amsgrad': True}],
    'adamW': [{'rate': 1e-3}, {'rate': 0.01, 'weightDecay': 0.2}, {'rate': 0.02, 'betas': [0.5, 0.9], 'weightDecay': 0}],
    'rmsprop': [{'rate': 0.01}, {'rate': 0.01, 'alpha': 0.9, 'momentum': 0.9}, {'rate': 0.01, 'centered': True}, {'rate': 0.01, 'weightDecay': 0.1, 'eps': 1e-5}],
}
for name, configurations in MANY.items():
    for options in configurations:
        trajectory(name, options)
    trajectory(name, {'rate': 0.01}, clip={'norm': 0.5})
    trajectory(name, {'rate': 0.01}, clip={'value': 0.4})
    trajectory(name, {'rate': 0.01}, groups=[{'parameters': [0, 2], 'options': {'weightDecay': 0.1}}, {'parameters': [1], 'options': {'rate': 0.03}}])


def schedule(name, options, make, metrics=None):
    """rates[t]: the rate of step t, counted from 0. metrics[t] is known after step t."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=options['rate'])
    scheduler, rates = make(optimizer), []
    for step in range(STEPS):
        rates.append(nine_digits(optimizer.param_groups[0]['lr'], 12))
        optimizer.step()
        if scheduler:
            scheduler.step(*([metrics[step]] if metrics else []))
    book_of('nn/schedules', name)[0].append({'options': options, **({'metrics': metrics} if metrics else {}), 'tolerance': 1e-6, 'rates': rates})


def warmed_cosine(warm, total, lowest):
    def make(optimizer):
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, total - warm, lowest)
        if not warm:
            return cosine
        rising = lr_scheduler.LinearLR(optimizer, 1 / warm, 1, max(warm - 1, 1))
        return lr_scheduler.SequentialLR(optimizer, [rising, cosine], [warm])

    return make


schedule('constant', {'rate': 0.1}, lambda o: None)
for size, gamma in [(30, 0.1), (7, 0.8)]:
    schedule('step', {'rate': 0.1, 'stepSize': size, 'gamma': gamma}, lambda o: lr_scheduler.StepLR(o, size, gamma))
for gamma in [0.95, 1.01]:
    schedule('exponential', {'rate': 0.1, 'gamma': gamma}, lambda o: lr_scheduler.ExponentialLR(o, gamma))
for warm, lowest in [(0, 0), (10, 0), (25, 0.01)]:
    schedule('cosine', {'rate': 0.1, 'warmUpSteps': warm, 'totalSteps': STEPS, 'lowestRate': lowest}, warmed_cosine(warm, STEPS, lowest))
for options in [{}, {'pctStart': 0.2, 'divFactor': 10, 'finalDivFactor': 100}, {'annealStrategy': 'linear'}, {'threePhase': True}]:
    make = lambda o: lr_scheduler.OneCycleLR(o, 0.1, STEPS, cycle_momentum=False, **snake(options))
    schedule('oneCycle', {'rate': 0.1, 'totalSteps': STEPS, **options}, make)
FALLING = [nine_digits(1 / (1 + 0.3 * min(t, 25)) + 0.01 * ((t * 37) % 11) / 11, 6) for t in range(STEPS)]
for options in [{}, {'patience': 3, 'factor': 0.5}, {'patience': 2, 'factor': 0.5, 'cooldown': 4, 'minRate': 0.002}, {'patience': 3, 'thresholdMode': 'abs', 'threshold': 0.01},
                {'mode': 'max', 'patience': 5}]:
    renamed = {('min_lr' if k == 'min_rate' else k): v for k, v in snake(options).items()}
    schedule('reduceOnPlateau', {'rate': 0.1, **options}, lambda o: lr_scheduler.ReduceLROnPlateau(o, **renamed), metrics=FALLING)


def averages(decay):
    """The average starts as the weights after the first step."""
    cases, store = book_of('nn/averages', 'ema')
    seed, model, kept = seed_of('ema', len(cases)), nn.Linear(65, 3, bias=False).double(), {}
    average = AveragedModel(model, avg_fn=lambda mean, new, _: decay * mean + (1 - decay) * new)
    for step in range(STEPS):
        with torch.no_grad():
            model.weight.copy_(gradient_formula(seed, 0, step).tensor())
        average.update_parameters(model)
        if step + 1 in KEPT:
            kept[step + 1] = [store.add(average.module.weight)]
    cases.append({'decay': decay, 'steps': STEPS, 'tolerance': 1e-4, 'weightSeed': seed, 'weightRange': [-1, 1.5], 'shape': SHAPES[0], 'after': kept})


averages(0.9)
averages(0.999)


def training_run(name, options, schedule_rates=None):
    """A small classifier, smooth so that rounding stays small, on one batch for 100 steps."""
    cases, store = book_of('nn/training', name)
    place = ('training', name, len(cases))
    model = nn.Sequential(nn.Linear(7, 16), nn.Tanh(), nn.Linear(16, 3))
    parameters, _ = fill_state(model, *place)
    x, labels = uniform(32, 7, grad=False, seed=seed_of(*place, 'x')), integers(32, low=0, high=3).seeded(seed_of(*place, 'labels'))
    optimizer, losses = OPTIMIZERS[name](model.parameters(), **torch_options(options)), []
    for step in range(STEPS):
        if schedule_rates:
            optimizer.param_groups[0]['lr'] = schedule_rates[step]
        optimizer.zero_grad()
        value = nn.functional.cross_entropy(model(x.tensor()), labels.tensor())
        value.backward()
        optimizer.step()
        losses.append(nine_digits(value.item()))
    cases.append({'model': 'Sequential(Linear(7, 16), Tanh(), Linear(16, 3))', 'options': options, **({'rates': schedule_rates} if schedule_rates else {}),
                  'tolerance': 1e-4, 'parameters': {n: f.record() for n, f in parameters.items()}, 'inputs': [x.record(), labels.record()], 'losses': losses,
                  'parametersAfter': {n: store.add(p) for n, p in model.named_parameters()}})


cosine_rates = book_of('nn/schedules', 'cosine')[0][1]['rates']
for name, options in [('sgd', {'rate': 0.1, 'momentum': 0.9}), ('adam', {'rate': 0.01}), ('adamW', {'rate': 0.01}), ('rmsprop', {'rate': 1e-3})]:
    training_run(name, options)
    training_run(name, options, [nine_digits(rate * options['rate'] * 10, 9) for rate in cosine_rates])
