"""Golden models of model.md: blobs with random weights, and what the integer arithmetic makes of them, to the bit.

    python3 model_golden.py > model-golden.json

Written from model.md alone; the C kernels and the TypeScript reference are tested against it.
"""
import base64
import json
import math
import random
import struct
import zlib

draw = random.Random(8)
T = []
for i in range(257):
    t = math.tanh(i / 32)
    T.append(min(32767, math.floor(2**15 * t * (1 + (1 - t * t) / 6144) + 0.5)))


def wrap(a):
    return (a + 2**31) % 2**32 - 2**31


def mul(a, m, s):
    return wrap((a * m) >> s)


def tanh15(a):
    if a < 0:
        return -tanh15(-a)
    if a >= 2**18:
        return 32767
    low = T[a >> 10]
    return low + (((T[(a >> 10) + 1] - low) * (a % 2**10)) >> 10)


def tanh(a, q):
    return tanh15(a >> (q - 15))


def sigmoid(a, q):
    return (tanh15(a >> (q - 14)) + 32768) >> 1


class Block:
    def __init__(self, units, side, inputs, q, has_c=False):
        self.side, self.inputs, self.q = side, inputs, q
        self.records = []
        for _ in range(units):
            bias = [draw.randint(-(2**q), 2**q) for _ in range(side)]
            c = draw.randint(-(2**q) // 2, 2**q // 2) if has_c else None
            m = [[draw.randint(2 ** (q - 9), 2 ** (q - 7) - 1) for _ in range(side)] for _ in inputs]
            w = [[[draw.randint(-127, 127) for _ in range(side)] for _ in range(n)] for n in inputs]
            self.records.append((bias, c, m, w))

    def bytes(self):
        out = b''
        for bias, c, m, w in self.records:
            record = struct.pack(f'<{len(bias)}i', *bias) + (b'' if c is None else struct.pack('<i', c))
            record += b''.join(struct.pack('<H', v) for each in m for v in each)
            record += b''.join(struct.pack('<b', v) for each in w for row in each for v in row)
            out += record + bytes(-len(record) % 4)
        return out

    def part(self, u, p, k, v, bits):
        _, _, m, w = self.records[u]
        return mul(sum(w[k][i][p] * v[i] for i in range(self.inputs[k])), m[k][p], bits + 1)

    def row(self, u, reads, p=0):
        sum_ = self.records[u][0][p]
        for k in range(len(self.inputs)):
            sum_ = wrap(sum_ + self.part(u, p, k, *reads[k]))
        return sum_


SIDES = {1: [1], 2: [3], 3: [2, 1], 4: [4]}


class Model:
    def __init__(self, name, cells, hidden, features, horizon, levels, gated=(), flags=0, dense=0, qs=(20, 18, 17, 16)):
        columns = sum(horizon if f == 10 else 1 for f in features)
        self.name, self.cells, self.hidden, self.features = name, cells, hidden, features
        self.horizon, self.levels, self.gated, self.flags, self.dense_kind = horizon, levels, gated, flags, dense
        self.columns, self.qs, self.dense_q, self.y_bits = columns, qs, 18, 17
        self.layers, inputs = [], columns
        for k, cell in enumerate(cells):
            self.layers.append([Block(hidden[k], side, [inputs, hidden[k]], qs[k], cell == 2) for side in SIDES[cell]])
            inputs = hidden[k]
        self.dense = Block(inputs, 1, [inputs], self.dense_q) if flags & 2 else None
        self.head = Block(horizon * len(levels), 1, [inputs, columns] if flags & 1 else [inputs], self.y_bits)
        self.gates = Block(len(gated) * horizon, 1, [inputs], self.y_bits)
        self.reset()

    def reset(self):
        self.h = [[0] * n for n in self.hidden]
        self.e = [[0] * n for n in self.hidden]
        self.c = [[0] * n for n in self.hidden]

    def state(self):
        out = b''
        for k, cell in enumerate(self.cells):
            part = struct.pack(f'<{len(self.h[k])}h', *self.h[k])
            if cell in (2, 3):
                part += struct.pack(f'<{len(self.e[k])}H', *self.e[k])
            part += bytes(-len(part) % 4)
            if cell == 4:
                part += struct.pack(f'<{len(self.c[k])}i', *self.c[k])
            out += part
        return out

    def move(self, k, u, z, n, h):
        v = z * (h - n) + self.e[k][u]
        self.e[k][u] = v % 2**15
        return n + (v >> 15)

    def step_layer(self, k, given, bits):
        cell, blocks, q, h = self.cells[k], self.layers[k], self.qs[k], self.h[k]
        reads = [(given, bits), (h, 15)]
        units = range(self.hidden[k])
        if cell == 1:
            return [tanh(blocks[0].row(u, reads), q) for u in units]
        if cell == 2:
            out = []
            for u in units:
                b = blocks[0]
                z, r = (sigmoid(b.row(u, reads, p), q) for p in (0, 1))
                x = wrap(b.records[u][0][2] + b.part(u, 2, 0, given, bits))
                written = wrap(b.records[u][1] + b.part(u, 2, 1, h, 15))
                out.append(self.move(k, u, z, tanh(wrap(x + mul(written, r, 15)), q), h[u]))
            return out
        if cell == 3:
            z = [sigmoid(blocks[0].row(u, reads, 0), q) for u in units]
            reset = [(sigmoid(blocks[0].row(u, reads, 1), q) * h[u] + 2**14) >> 15 for u in units]
            n = [tanh(blocks[1].row(u, [(given, bits), (reset, 15)]), q) for u in units]
            return [self.move(k, u, z[u], n[u], h[u]) for u in units]
        out = []
        for u in units:
            i, o, f = (sigmoid(blocks[0].row(u, reads, p), q) for p in (0, 1, 2))
            g = tanh(blocks[0].row(u, reads, 3), q)
            c = self.c[k][u]
            c = wrap((c >> 15) * f + (((c % 2**15) * f + 2**14) >> 15) + ((i * g) >> 10))
            self.c[k][u] = c = max(-(2**30), min(2**30, c))
            out.append((o * tanh15((c + 2**4) >> 5) + 2**14) >> 15)
        return out

    def step(self, x):
        value, bits = x, 11
        for k in range(len(self.cells)):
            below, before = value, bits
            self.h[k] = value = self.step_layer(k, value, bits)
            bits = 15
            if self.flags & 4 and k > 0:
                bits = [15, 14, 13, 13][k]
                value = [(h >> (15 - bits)) + (v >> (before - bits)) for h, v in zip(value, below)]
        if self.dense:
            act = sigmoid if self.dense_kind == 3 else tanh
            value = [act(self.dense.row(u, [(value, bits)]), self.dense_q) for u in range(len(value))]
            bits = 15
        reads, Q = [(value, bits), (x, 11)], len(self.levels)
        y = [self.head.row(i, reads) for i in range(self.horizon * Q)]
        for g, (start, width) in enumerate(self.gated):
            for k in range(self.horizon):
                a, column = self.gates.row(g * self.horizon + k, reads), x[start + (0 if width == 1 else k)]
                for j in range(Q):
                    y[k * Q + j] = wrap(y[k * Q + j] + (a >> 11) * column + (((a % 2**11) * column) >> 11))
        return y

    def blob(self, golden):
        body = bytes(self.features) + bytes(-len(self.features) % 4)
        body += struct.pack(f'<{len(self.levels)}f', *self.levels)
        body += b''.join(struct.pack('<HH', *group) for group in self.gated)
        body += b''.join(block.bytes() for layer in self.layers for block in layer)
        body += (self.dense.bytes() if self.dense else b'') + self.head.bytes() + self.gates.bytes()
        x = b''.join(struct.pack(f'<{len(row)}h', *row) for row in golden)
        self.reset()
        crc = 0
        for row in golden:
            crc = zlib.crc32(struct.pack(f'<{len(self.head.records)}i', *self.step(row)), crc)
        crc = zlib.crc32(self.state(), crc)
        body += x + bytes(-len(x) % 4) + struct.pack('<I', crc)
        n = len(self.cells)
        head = struct.pack('<IHBBII', 0x314E4353, 1, 0, 1, 112 + len(body) + 4, 3)
        head += struct.pack('<HHHBBBBBB', self.columns, self.horizon, 5 if 10 in self.features else 0, len(self.levels),
                            len(self.features), n, len(self.gated), self.flags, self.dense_kind)
        head += struct.pack('<BBH', self.dense_q if self.dense else 0, self.y_bits, len(golden))
        head += bytes(range(32)) + self.name.encode().ljust(32, b'\0')
        head += struct.pack('<4H', *self.hidden, *[0] * (4 - n)) + bytes(self.cells) + bytes(4 - n)
        head += bytes(self.qs[:n]) + bytes(4 - n)
        whole = head + body
        return whole + struct.pack('<I', zlib.crc32(whole))


def columns(model, step):
    edge = [32767, -32768, 0]
    return [draw.choice(edge) if step % 7 == 6 else draw.randint(-4096, 4096) for _ in range(model.columns)]


three = [0.1, 0.5, 0.9]
models = [
    Model('rnn', [1], [8], [1, 2, 3], 2, three),
    Model('gru', [2], [8], [1, 2, 5, 6], 2, three),
    Model('gru-reset-before', [3], [7], [1, 2, 4], 1, [0.5]),
    Model('lstm', [4], [5], [1, 2, 7, 8, 9], 2, three),
    Model('gru-gated', [2], [9], [1, 2, 10], 3, three, gated=[(2, 3), (0, 1)], flags=1),
    Model('stacked', [2, 4, 1, 3], [6, 6, 6, 6], [1, 2], 2, [0.5], flags=2 | 4, dense=3),
    Model('dense', [4, 2], [5, 7], [1, 10], 4, [0.5], gated=[(1, 4)], flags=2, dense=0),
]
vectors = []
for model in models:
    blob = model.blob([columns(model, s) for s in range(3)])
    rows = [columns(model, s) for s in range(24)]
    model.reset()
    y = [model.step(row) for row in rows]
    vectors.append({
        'name': model.name,
        'blob': base64.b64encode(blob).decode(),
        'x': rows,
        'y': y,
        'state': base64.b64encode(model.state()).decode(),
    })
print(json.dumps({'format': 1, 'tanhTable': T, 'models': vectors}, separators=(',', ':')))
