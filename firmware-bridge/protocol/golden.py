#!/usr/bin/env python3
"""Writes golden.json: every message of the protocol as fields and as bytes, and bad frames with their verdicts.

Written from README.md alone, with Python's struct, binascii and hashlib: it shares nothing with the implementations it judges.
`python3 golden.py` writes the file, `python3 golden.py --check` fails when it would differ.
"""
import binascii
import hashlib
import json
import pathlib
import struct
import sys
import zlib

SHA = hashlib.sha256(b'a model').digest()


def text(string, size):
    return string.encode().ljust(size, b'\0')


def crc16(data):
    return binascii.crc_hqx(data, 0xFFFF)


def cobs(data):
    out = b''
    runs = data.split(b'\0')
    for index, run in enumerate(runs):
        full = b''
        while len(run) >= 254:
            full, run = full + b'\xff' + run[:254], run[254:]
        ends_full = full and not run and index == len(runs) - 1
        out += full if ends_full else full + bytes([len(run) + 1]) + run
    return out


def judged(frame):
    """What a receiver finds first wrong with the bytes before a delimiter."""
    if len(frame) > 255:
        return 'long'
    at, data = 0, b''
    while at < len(frame):
        code = frame[at]
        if at + code > len(frame):
            return 'cobs'
        data += frame[at + 1:at + code] + (b'\0' if code < 255 and at + code < len(frame) else b'')
        at += code
    if len(data) < 4:
        return 'short'
    return None if crc16(data[:-2]) == struct.unpack('<H', data[-2:])[0] else 'crc'


def content(kind, payload, version=1):
    body = bytes([version, kind]) + payload
    return body + struct.pack('<H', crc16(body))


def line(data):
    return cobs(data) + b'\0'


def forecast(f):
    return (
        struct.pack('<IIIBBBBBB', f['boot'], f['sequence'], f['stepMs'], f['channel'], len(f['levels']), f['horizon'], f['first'], len(f['values']), 0)
        + b''.join(struct.pack('<H', level) for level in f['levels'])
        + b''.join(struct.pack('<f', value) for row in f['values'] for value in row)
    )


def state(f):
    return struct.pack('<BBHHII', f['channel'], 0, f['offset'], f['total'], f['crc32'], f['sequence']) + bytes.fromhex(f['model']) + bytes.fromhex(f['data'])


def nak(f):
    return struct.pack('<BBI', f['code'], f['type'], f['detail'])


LAYOUTS = {
    'HELLO': (0x01, lambda f: struct.pack('<BBBBI', f['min'], f['max'], f['chosen'], f['flags'], f['nonce']) + text(f['id'], 24) + text(f['firmware'], 16)
              + struct.pack('<IIBBBBI', f['boot'], f['bootCount'], f['resetReason'], f['cell'], f['slot'], f['slotState'], f['modelVersion']) + bytes.fromhex(f['modelSha256'])
              + struct.pack('<IHHHBB', f['slotBytes'], f['stateBytes'], f['ringCapacity'], f['ringUsed'], f['channels'], f['maxPayload'])),
    'CHANNEL': (0x02, lambda f: struct.pack('<BBI', f['channel'], 0, f['stepMs']) + text(f['name'], 24) + text(f['unit'], 8)),
    'READING': (0x03, lambda f: struct.pack('<IIHBBQd', f['boot'], f['sequence'], f['held'], f['channel'], f['flags'], f['ms'], f['value'])),
    'FORECAST': (0x04, forecast),
    'TIME': (0x05, lambda f: struct.pack('<IQQ', f['id'], f['receivedMs'], f['sentMs'])),
    'STATS': (0x06, lambda f: struct.pack('<IQIIIIIIIHHI', f['boot'], f['uptimeMs'], f['readings'], f['dropped'], f['resent'], f['frames'], f['crcErrors'], f['malformed'],
                                          f['overruns'], f['ringUsed'], f['ringPeak'], f['forecasts'])),
    'MODEL': (0x07, lambda f: struct.pack('<IBBHI', f['transfer'], f['status'], f['slot'], 0, f['offset'])),
    'STATE': (0x08, state),
    'STATE_STATUS': (0x09, lambda f: struct.pack('<BBH', f['channel'], f['status'], f['offset'])),
    'NAK': (0x0F, nak),
    'HOST_HELLO': (0x81, lambda f: struct.pack('<BBBBI', f['min'], f['max'], f['flags'], f['maxPayload'], f['nonce']) + text(f['node'], 24)),
    'ACK': (0x83, lambda f: struct.pack('<IIIH', f['boot'], f['committed'], f['received'], f['credit'])),
    'HOST_FORECAST': (0x84, forecast),
    'TIME_GET': (0x85, lambda f: struct.pack('<I', f['id'])),
    'TIME_SET': (0x86, lambda f: struct.pack('<IQQI', f['boot'], f['deviceMs'], f['epochMs'], f['uncertaintyMs'])),
    'HOST_NAK': (0x8F, nak),
    'MODEL_BEGIN': (0x90, lambda f: struct.pack('<IIII', f['transfer'], f['version'], f['size'], f['crc32']) + bytes.fromhex(f['sha256'])),
    'MODEL_CHUNK': (0x91, lambda f: struct.pack('<II', f['transfer'], f['offset']) + bytes.fromhex(f['data'])),
    'MODEL_END': (0x92, lambda f: struct.pack('<I', f['transfer'])),
    'MODEL_COMMIT': (0x93, lambda f: struct.pack('<I', f['transfer'])),
    'MODEL_CONFIRM': (0x94, lambda f: struct.pack('<IB', f['transfer'], f['verdict'])),
    'STATE_GET': (0x98, lambda f: struct.pack('<BBH', f['channel'], 0, f['offset'])),
    'STATE_SET': (0x99, state),
}

HELLO = dict(min=1, max=1, chosen=1, flags=3, nonce=0xC0FFEE01, id='kitchen-7', firmware='1.4.2', boot=0x89ABCDEF, bootCount=12, resetReason=4, cell=2, slot=1, slotState=2,
             modelVersion=7, modelSha256=SHA.hex(), slotBytes=16384, stateBytes=96, ringCapacity=64, ringUsed=3, channels=2, maxPayload=250)
READING = dict(boot=0x89ABCDEF, sequence=41, held=2, channel=0, flags=0, ms=123456, value=21.4)
ROWS = [[20.5, 21.0, 21.5], [20.25, 21.125, 22.0]]
FORECAST = dict(boot=0x89ABCDEF, sequence=41, stepMs=60000, channel=0, horizon=24, first=1, levels=[1000, 5000, 9000], values=ROWS)
STATE_DATA = bytes(range(1, 33))
STATE = dict(channel=0, offset=0, total=32, crc32=zlib.crc32(STATE_DATA), sequence=41, model=SHA[:8].hex(), data=STATE_DATA.hex())
LONGEST = bytes((i * 7 + 1) % 255 + 1 for i in range(242))

MESSAGES = [
    ('a device that runs a model says hello', 'HELLO', HELLO),
    ('a device that only reports, unasked', 'HELLO', dict(HELLO, chosen=0, flags=0, nonce=0, id='A', firmware='x', boot=1, bootCount=0, resetReason=0, cell=0, slot=255, slotState=0, modelVersion=0,
                                                          modelSha256='00' * 32, slotBytes=0, stateBytes=0, ringCapacity=1, ringUsed=0, channels=1, maxPayload=64)),
    ('the longest names, the largest numbers', 'HELLO', dict(HELLO, id='abcdefghijklmnopqrstuv_.', firmware='firmware-16-char', boot=0xFFFFFFFF, bootCount=0xFFFFFFFF, ringCapacity=65535,
                                                            ringUsed=65535, channels=255, slotBytes=0xFFFFFFFF, stateBytes=65535)),
    ('a channel with a unit outside ASCII', 'CHANNEL', dict(channel=0, stepMs=60000, name='temperature', unit='°C')),
    ('a channel of events without a unit', 'CHANNEL', dict(channel=254, stepMs=0, name='x', unit='')),
    ('a reading', 'READING', READING),
    ('a reading sent again', 'READING', dict(READING, flags=1, held=0)),
    ('the largest finite value', 'READING', dict(READING, value=1.7976931348623157e308, sequence=0xFFFFFFFE, held=65535)),
    ('the smallest subnormal', 'READING', dict(READING, value=5e-324)),
    ('minus zero', 'READING', dict(READING, value=-0.0)),
    ('a tenth, as a 32-bit float has it', 'READING', dict(READING, value=struct.unpack('<f', struct.pack('<f', 0.1))[0])),
    ('the last millisecond there is', 'READING', dict(READING, ms=2**53 - 1, channel=254)),
    ('a forecast of the device, the first two steps', 'FORECAST', FORECAST),
    ('a forecast of one step and one level', 'FORECAST', dict(FORECAST, horizon=1, levels=[5000], values=[[-0.5]], stepMs=0)),
    ('the last step of a long horizon', 'FORECAST', dict(FORECAST, horizon=255, first=255, values=ROWS[:1])),
    ('the time of the device', 'TIME', dict(id=9, receivedMs=123400, sentMs=123402)),
    ('statistics', 'STATS', dict(boot=0x89ABCDEF, uptimeMs=86400000, readings=100000, dropped=7, resent=2791, frames=4242, crcErrors=12, malformed=3, overruns=1, ringUsed=5, ringPeak=64, forecasts=99993)),
    ('the next chunk, please', 'MODEL', dict(transfer=77, status=0, slot=0, offset=242)),
    ('a model refused', 'MODEL', dict(transfer=77, status=20, slot=255, offset=0)),
    ('a state in one frame', 'STATE', STATE),
    ('the end of a state in two', 'STATE', dict(STATE, offset=30, data=STATE_DATA[30:].hex())),
    ('no state', 'STATE', dict(STATE, total=0, crc32=0, sequence=0, model='00' * 8, data='')),
    ('the state was taken over', 'STATE_STATUS', dict(channel=0, status=1, offset=32)),
    ('a device refuses a length', 'NAK', dict(code=4, type=0x83, detail=0)),
    ('the host says hello', 'HOST_HELLO', dict(min=1, max=1, flags=0, maxPayload=250, nonce=0xC0FFEE01, node='greenhouse-pi')),
    ('an acknowledgement', 'ACK', dict(boot=0x89ABCDEF, committed=40, received=42, credit=64)),
    ('an acknowledgement that stops the device', 'ACK', dict(boot=1, committed=1, received=1, credit=0)),
    ('a forecast of the host', 'HOST_FORECAST', dict(FORECAST, first=3)),
    ('what time is it with you?', 'TIME_GET', dict(id=9)),
    ('this is the time', 'TIME_SET', dict(boot=0x89ABCDEF, deviceMs=123402, epochMs=1763865600000, uncertaintyMs=3)),
    ('the host found a gap', 'HOST_NAK', dict(code=1, type=3, detail=40)),
    ('a model is coming', 'MODEL_BEGIN', dict(transfer=77, version=8, size=3456, crc32=0xCBF43926, sha256=SHA.hex())),
    ('the longest chunk, without a zero', 'MODEL_CHUNK', dict(transfer=0x01010101, offset=0x01010101, data=LONGEST.hex())),
    ('the longest chunk, all zeros', 'MODEL_CHUNK', dict(transfer=77, offset=242, data='00' * 242)),
    ('a chunk of one byte', 'MODEL_CHUNK', dict(transfer=77, offset=3455, data='ff')),
    ('that was all of the model', 'MODEL_END', dict(transfer=77)),
    ('use the model', 'MODEL_COMMIT', dict(transfer=77)),
    ('keep the model', 'MODEL_CONFIRM', dict(transfer=77, verdict=1)),
    ('roll the model back', 'MODEL_CONFIRM', dict(transfer=77, verdict=0)),
    ('what is your state?', 'STATE_GET', dict(channel=0, offset=30)),
    ('go on with this state', 'STATE_SET', STATE),
]


def good(name, message, fields):
    kind, layout = LAYOUTS[message]
    data = content(kind, layout(fields))
    return dict(name=name, message=message, type=kind, fields=fields, content=data.hex(), line=line(data).hex())


def bad_frames():
    reading = LAYOUTS['READING'][1](READING)
    ack = LAYOUTS['ACK'][1](dict(boot=1, committed=1, received=1, credit=1))
    flipped = bytearray(content(0x03, reading))
    flipped[10] ^= 0x10
    cut = line(content(0x03, reading))

    def value(name, receiver, message, /, **changes):
        kind, layout = LAYOUTS[message]
        base = next(fields for _, m, fields in MESSAGES if m == message)
        return (name, receiver, 'value', line(content(kind, layout(base | changes))))

    return [
        ('nothing at all', 'both', 'empty', b'\0'),
        ('one byte of content', 'both', 'short', line(b'\x01')),
        ('a CRC and nothing else', 'both', 'short', line(b'\xff\xff')),
        ('version and CRC, no type', 'both', 'short', line(b'\x01' + struct.pack('<H', crc16(b'\x01')))),
        ('a code that points past the end', 'both', 'cobs', bytes([9, 1, 2, 3, 0])),
        ('a frame cut short by its delimiter', 'host', 'cobs', cut[:16] + b'\0'),
        ('a frame cut short where a code ends', 'host', 'crc', cut[:20] + b'\0'),
        ('a flipped bit', 'host', 'crc', line(bytes(flipped))),
        ('the CRC in the other order', 'host', 'crc', line(bytes([1, 3]) + reading + struct.pack('>H', crc16(bytes([1, 3]) + reading)))),
        ('the CRC of another initial value', 'host', 'crc', line(bytes([1, 3]) + reading + struct.pack('<H', binascii.crc_hqx(bytes([1, 3]) + reading, 0)))),
        ('a frame that never ends', 'both', 'long', bytes([0xFF]) + b'\x55' * 400 + b'\0'),
        ('256 encoded bytes', 'both', 'long', bytes([0xFF]) + b'\x55' * 254 + bytes([1, 0])),
        ('a version nobody negotiated', 'host', 'version', line(content(0x03, reading, 2))),
        ('a version nobody negotiated, to the device', 'device', 'version', line(content(0x83, ack, 9))),
        ('an unknown type', 'host', 'type', line(content(0x3F, b'\x01'))),
        ('an unknown type, to the device', 'device', 'type', line(content(0xBF, b'\x01'))),
        ('the echo of the host', 'host', 'type', line(content(0x83, ack))),
        ('the echo of the device', 'device', 'type', line(content(0x03, reading))),
        ('a reading one byte short', 'host', 'length', line(content(0x03, reading[:-1]))),
        ('a reading one byte long', 'host', 'length', line(content(0x03, reading + b'\0'))),
        ('an acknowledgement one byte short', 'device', 'length', line(content(0x83, ack[:-1]))),
        ('a chunk without data', 'device', 'length', line(content(0x91, struct.pack('<II', 77, 0)))),
        ('a forecast that lacks a value', 'host', 'length', line(content(0x04, forecast(FORECAST)[:-4]))),
        ('a state shorter than its header', 'host', 'length', line(content(0x08, state(STATE)[:21]))),
        value('not a number', 'host', 'READING', value=float('nan')),
        value('infinite', 'host', 'READING', value=float('-inf')),
        value('a time that JavaScript cannot count', 'host', 'READING', ms=2**53),
        value('sequence zero', 'host', 'READING', sequence=0, held=0),
        value('more held than there ever were', 'host', 'READING', sequence=3, held=3),
        value('an id that is no topic level', 'host', 'HELLO', id='a/b'),
        value('an id of nothing', 'host', 'HELLO', id=''),
        value('an id with something behind its end', 'host', 'HELLO', id='a\0b'),
        value('boot zero', 'host', 'HELLO', boot=0),
        value('a ring of nothing', 'host', 'HELLO', ringCapacity=0, ringUsed=0),
        value('a device that takes too little', 'host', 'HELLO', maxPayload=63),
        value('a channel with a wildcard', 'host', 'CHANNEL', name='+'),
        value('levels out of order', 'host', 'FORECAST', levels=[5000, 1000, 9000]),
        value('a level of one', 'host', 'FORECAST', levels=[1000, 5000, 10000]),
        value('steps past the horizon', 'host', 'FORECAST', horizon=1),
        value('a step zero', 'host', 'FORECAST', first=0),
        value('an infinite quantile', 'host', 'FORECAST', values=[[1.0, 2.0, float('inf')]]),
        value('no quantile', 'host', 'FORECAST', levels=[], values=[[]]),
        value('a state that is longer than it says', 'host', 'STATE', offset=1),
        value('a session without a number', 'device', 'HOST_HELLO', nonce=0),
        value('committed what was not received', 'device', 'ACK', committed=43, received=42),
        value('committed from sequence zero', 'device', 'ACK', committed=0),
        value('a transfer without a number', 'device', 'MODEL_BEGIN', transfer=0),
        value('a model of no size', 'device', 'MODEL_BEGIN', size=0),
        value('neither keep nor roll back', 'device', 'MODEL_CONFIRM', verdict=2),
    ]


def streams(by_name):
    reading, again, ack = (bytes.fromhex(by_name[n]['line']) for n in ('a reading', 'a reading sent again', 'an acknowledgement'))
    lines = {line['line']: name for name, line in by_name.items()}

    def stream(name, receiver, data):
        verdicts, messages = [], []
        for frame in filter(None, data.split(b'\0')):
            verdict = judged(frame)
            if verdict:
                verdicts.append(verdict)
            else:
                messages.append(lines[(frame + b'\0').hex()])
        return dict(name=name, receiver=receiver, line=data.hex(), verdicts=verdicts, messages=messages)

    return [
        stream('noise, then a frame', 'host', bytes(range(1, 41)) + b'\0' + reading),
        stream('noise that runs into a frame takes it along', 'host', b'\x05\x05' + reading + again),
        stream('idle delimiters between frames', 'host', b'\0\0' + reading + b'\0\0\0' + again),
        stream('an endless frame, then a good one', 'device', b'\x55' * 1000 + b'\0' + ack),
        stream('a lost delimiter costs both its neighbours and no more', 'host', reading[:-1] + again + reading),
        stream('a delimiter in the middle of a frame costs that frame', 'host', reading[:9] + b'\0' + reading[10:] + again),
    ]


def document():
    messages = [good(*message) for message in MESSAGES]
    blocks = (b'', b'\0', b'\0\0', b'\x11\x22\0\x33', b'\x11\0\0\0', bytes(range(1, 255)), bytes(range(0, 254)), bytes([7]) * 253 + b'\0')
    texts = ('', 'abc', 'x' * 55, 'x' * 56, 'x' * 64, 'stepcast' * 40)
    return {
        'protocol': 1,
        'crc16': [{'of': s, 'is': crc16(s.encode())} for s in ('123456789', '', 'stepcast')],
        'crc32': [{'of': s, 'is': zlib.crc32(s.encode())} for s in ('123456789', '', 'stepcast')],
        'sha256': [{'of': s, 'is': hashlib.sha256(s.encode()).hexdigest()} for s in texts],
        'cobs': [{'data': b.hex(), 'encoded': cobs(b).hex()} for b in blocks],
        'messages': messages,
        'bad': [{'name': n, 'receiver': r, 'verdict': v, 'line': b.hex()} for n, r, v, b in bad_frames()],
        'streams': streams({m['name']: m for m in messages}),
    }


def main():
    path = pathlib.Path(__file__).with_name('golden.json')
    written = json.dumps(document(), indent=1, ensure_ascii=False) + '\n'
    if '--check' in sys.argv:
        if path.read_text() != written:
            sys.exit('golden.json is not what golden.py writes')
    else:
        path.write_text(written)


main()
