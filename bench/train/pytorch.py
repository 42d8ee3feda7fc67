"""Training steps of PyTorch, one thread: `pytorch.py '{"cell": …, "hidden": …, …}'` prints one line of JSON."""
import json
import resource
import sys
import time

p = json.loads(sys.argv[1])
try:
    import torch
except ImportError as error:
    print(json.dumps({'skipped': f'no PyTorch for {sys.executable} ({error}): apt-get install python3-torch libopenblas0-pthread'}))
    sys.exit(0)

torch.set_num_threads(1)
torch.manual_seed(1)
recurrent = {'rnn': torch.nn.RNN, 'gru': torch.nn.GRU, 'lstm': torch.nn.LSTM}[p['cell']](p['features'], p['hidden'])
head = torch.nn.Linear(p['hidden'], p['outputs'])
x = torch.randn(p['steps'], p['batch'], p['features'])
target = torch.randn(p['steps'], p['batch'], p['outputs'])
parameters = [*recurrent.parameters(), *head.parameters()]
optimiser = torch.optim.Adam(parameters, lr=p['rate'])
times = []
for step in range(p['warmUpSteps'] + p['measuredSteps']):
    before = time.perf_counter()
    optimiser.zero_grad()
    loss = ((head(recurrent(x)[0]) - target) ** 2).mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, p['clipNorm'])
    optimiser.step()
    value = loss.item()
    if step >= p['warmUpSteps']:
        times.append(1000 * (time.perf_counter() - before))
times.sort()
with open('/proc/self/maps') as maps:
    text = maps.read()
blas = next((name for name in ('openblas', 'mkl', 'blis', 'libblas') if name in text), 'its own')
print(json.dumps({
    'median': float(f'{times[len(times) // 2]:.3g}'), 'p10': float(f'{times[len(times) // 10]:.3g}'), 'loss': value,
    'torch': torch.__version__, 'blas': blas, 'peakMb': round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
}))
