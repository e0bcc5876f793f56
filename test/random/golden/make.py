"""Writes golden.json: the first numbers of some random streams, by other programs of the same published generators.

python3 test/random/golden/make.py > test/random/golden/golden.json

A stream's name becomes a key by seedrandom's ARC4 (David Bau), the key words by Philox 4x32-10 (Salmon et al. 2011), and
these xoshiro128++ (Blackman and Vigna 2021). What is drawn from them is as docs/your-data.md and docs/methods.md say.
"""

import json
import math

MASK = 0xFFFFFFFF


def key_of(identity):
    """Two 32-bit words: seedrandom(identity).int32() twice."""
    seed = [ord(letter) & 255 for letter in identity]
    s, j = list(range(256)), 0
    for i in range(256):
        j = (j + seed[i % len(seed)] + s[i]) & 255
        s[i], s[j] = s[j], s[i]
    state = {"i": 0, "j": 0}

    def word(count=4):
        value = 0
        for _ in range(count):
            i = state["i"] = (state["i"] + 1) & 255
            j = state["j"] = (state["j"] + s[i]) & 255
            s[i], s[j] = s[j], s[i]
            value = value * 256 + s[(s[i] + s[j]) & 255]
        return value & MASK

    word(256)  # the first 256 bytes are thrown away
    return [word(), word()]


def philox(key, counter):
    c, (k0, k1) = list(counter), key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & MASK, (p0 >> 32) ^ c[3] ^ k1, p0 & MASK]
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c


def words(identity, count, step=0, row=0):
    key = key_of(identity)
    return [word for block in range(-(-count // 4)) for word in philox(key, [block, row, step, 0])][:count]


def xoshiro(identity, count):
    s, found = philox(key_of(identity), [0, 0, 0, 0]), []
    left = lambda x, by: ((x << by) | (x >> (32 - by))) & MASK
    for _ in range(count):
        found.append((left((s[0] + s[3]) & MASK, 7) + s[0]) & MASK)
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = left(s[3], 11)
    return found


def shuffled(identity, count):
    """Fisher and Yates from the last place on; a word picks one of n by the high half of its product with n."""
    places, drawn = list(range(count)), words(identity, count)
    for i in range(count - 1, 0, -1):
        j = (drawn[i] * (i + 1)) >> 32
        places[i], places[j] = places[j], places[i]
    return places


def noise(identity, count, step):
    uniform = [(word + 0.5) / 2**32 for word in words(identity, count, step)]
    return [math.log(u / (1 - u)) for u in uniform]


def orders(identity, K, step):
    drawn = words(identity, K * K, step)
    return ["".join(str(k) for k in sorted((k for k in range(K) if k != i), key=lambda k: drawn[i * K + k])) for i in range(K)]


if __name__ == "__main__":
    print(json.dumps({
        "keys": {name: key_of(name) for name in ["a", "mmoe/seed=0/run=0/train/x"]},
        "xoshiro": {name: xoshiro(name, 3) for name in ["a", "b"]},
        "heldout": {name: shuffled(f"mmoe/{name}/split", 40)[:10] for name in ["seed=0/run=3", "seed=0/run=4", "seed=1/run=3"]},
        "noise": [[noise(f"mmoe/seed=0/run={run}/model=snr/noise/links", 15, step) for run in (1, 2)] for step in (1, 2)],
        "orders": [orders("mmoe/seed=0/run=1/model=mmoe/method/order", 4, step) for step in (1, 2, 3)],
    }))
