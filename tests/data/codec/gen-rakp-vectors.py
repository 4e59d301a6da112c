#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Known answers for RAKP and RMCP+, computed independently of the codec.

Follows IPMI 2.0 revision 1.1 sections 13.28 to 13.32 with nothing but
Python's hmac and hashlib, and AES from FIPS 197 (checked against NIST SP
800-38A before use). Writes rakp-vectors.c.inc beside itself.
"""
import hashlib
import hmac
import pathlib
import struct

# id: (authentication, integrity, confidentiality), table 22-20
SUITES = {
    0: (0, 0, 0), 1: (1, 0, 0), 2: (1, 1, 0), 3: (1, 1, 1),
    6: (2, 0, 0), 7: (2, 2, 0), 8: (2, 2, 1), 11: (2, 3, 0), 12: (2, 3, 1),
    15: (3, 0, 0), 16: (3, 4, 0), 17: (3, 4, 1),
}
AUTH = {0: None, 1: ('sha1', 12), 2: ('md5', 16), 3: ('sha256', 16)}

CONSOLE_ID = 0xa4a3a2a0
MANAGED_ID = 0x02100d3c
CONSOLE_RANDOM = bytes(range(0x10, 0x20))
MANAGED_RANDOM = bytes(range(0xe0, 0xf0))
GUID = bytes.fromhex('3f2a1b0c4d5e6f708192a3b4c5d6e7f8')
IV = bytes(range(0xc0, 0xd0))
SEQUENCE = 0x01020304
# Get Device ID, as a remote console sends it
PAYLOAD = bytes.fromhex('2018c88104017a')

# (role byte, user name, password, Kg)
LOGINS = [
    (0x14, b'admin', b'password', b''),
    (0x03, b'a-16-byte-name-x', b'twenty-byte-password', b'the key of the BMC'),
    (0x12, b'', b'', b''),
]


def make_sbox():
    """The S-box from its definition: inverse, then affine transform."""
    def mul(a, b):
        r = 0
        while b:
            if b & 1:
                r ^= a
            a = a << 1 ^ (0x11b if a & 0x80 else 0)
            b >>= 1
        return r
    box = []
    for x in range(256):
        inv = next((y for y in range(256) if mul(x, y) == 1), 0)
        s = 0x63
        for i in range(5):
            s ^= inv << i & 0xff | inv >> (8 - i)
        box.append(s & 0xff)
    return box


SBOX = make_sbox()


def aes128(key, block):
    def xtime(a):
        return (a << 1 ^ (0x1b if a & 0x80 else 0)) & 0xff
    words = [list(key[i:i + 4]) for i in range(0, 16, 4)]
    rcon = 1
    for i in range(4, 44):
        t = list(words[i - 1])
        if i % 4 == 0:
            t = [SBOX[b] for b in t[1:] + t[:1]]
            t[0] ^= rcon
            rcon = xtime(rcon)
        words.append([a ^ b for a, b in zip(words[i - 4], t)])
    keys = [sum(words[i:i + 4], []) for i in range(0, 44, 4)]
    s = [a ^ b for a, b in zip(block, keys[0])]
    for rnd in range(1, 11):
        s = [SBOX[b] for b in s]
        s = [s[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if rnd < 10:
            mixed = []
            for c in range(0, 16, 4):
                col = s[c:c + 4]
                total = col[0] ^ col[1] ^ col[2] ^ col[3]
                mixed += [col[i] ^ total ^ xtime(col[i] ^ col[(i + 1) % 4])
                          for i in range(4)]
            s = mixed
        s = [a ^ b for a, b in zip(s, keys[rnd])]
    return bytes(s)


def aes128_cbc(key, iv, data):
    out = b''
    for i in range(0, len(data), 16):
        iv = aes128(key, bytes(a ^ b for a, b in zip(iv, data[i:i + 16])))
        out += iv
    return out


assert aes128_cbc(
    bytes.fromhex('2b7e151628aed2a6abf7158809cf4f3c'), bytes(range(16)),
    bytes.fromhex('6bc1bee22e409f96e93d7e117393172a'
                  'ae2d8a571e03ac9c9eb76fac45af8e51')
) == bytes.fromhex('7649abac8119b246cee98e9b12e9197d'
                   '5086cb9b507219ee95db113a917678b2')


def seal(suite, k1, k2, password):
    _, integrity, conf = SUITES[suite]
    body = PAYLOAD
    if conf:
        pad = -(len(body) + 1) % 16
        body += bytes(range(1, pad + 1)) + bytes([pad])
        body = IV + aes128_cbc(k2[:16], IV, body)
    kind = (0x80 if conf else 0) | (0x40 if integrity else 0)
    packet = struct.pack('<BBIIH', 6, kind, MANAGED_ID, SEQUENCE, len(body))
    packet += body
    if integrity:
        pad = -(len(packet) + 2) % 4
        packet += b'\xff' * pad + bytes([pad, 7])
        kuid = password.ljust(20, b'\0')
        packet += {
            1: lambda: hmac.digest(k1, packet, 'sha1')[:12],
            2: lambda: hmac.digest(k1, packet, 'md5'),
            3: lambda: hashlib.md5(kuid + packet + kuid).digest(),
            4: lambda: hmac.digest(k1, packet, 'sha256')[:16],
        }[integrity]()
    return packet


def vector(suite, login):
    role, name, password, kg = login
    auth = AUTH[SUITES[suite][0]]
    user = bytes([role, len(name)]) + name
    sidm = struct.pack('<I', CONSOLE_ID)
    sidc = struct.pack('<I', MANAGED_ID)

    def mac(key, data):
        return hmac.digest(key, data, auth[0]) if auth else b''

    code2 = mac(password, sidm + sidc + CONSOLE_RANDOM + MANAGED_RANDOM +
                GUID + user)
    code3 = mac(password, MANAGED_RANDOM + sidm + user)
    sik = mac(kg or password, CONSOLE_RANDOM + MANAGED_RANDOM + user)
    icv4 = mac(sik, CONSOLE_RANDOM + sidc + GUID)[:auth[1] if auth else 0]
    k1 = mac(sik, b'\x01' * 20)
    k2 = mac(sik, b'\x02' * 20)
    fields = [('code2', code2), ('code3', code3), ('sik', sik),
              ('icv4', icv4), ('k1', k1), ('k2', k2),
              ('packet', seal(suite, k1, k2, password))]
    lines = ['    {', f'        .suite = {suite}, .role = 0x{role:02x},',
             f'        .name = "{name.decode()}",',
             f'        .password = "{password.decode()}",',
             f'        .kg = "{kg.decode()}",']
    for field, value in fields:
        text = value.hex()
        chunks = [text[i:i + 56] for i in range(0, len(text), 56)] or ['']
        lines.append(f'        .{field} =')
        lines += [f'            "{c}"' for c in chunks]
        lines[-1] += ','
    return lines + ['    },']


def main():
    out = ['/* SPDX-License-Identifier: GPL-2.0-or-later */',
           '/* Made by gen-rakp-vectors.py; do not edit. */',
           'static const RakpVector rakp_vectors[] = {']
    for suite in SUITES:
        for login in LOGINS:
            out += vector(suite, login)
    out.append('};')
    path = pathlib.Path(__file__).with_name('rakp-vectors.c.inc')
    path.write_text('\n'.join(out) + '\n', encoding='ascii')


if __name__ == '__main__':
    main()
