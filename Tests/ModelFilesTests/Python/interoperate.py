"""What Python's safetensors makes of model files. Needs the packages safetensors and numpy.

describe FILE       prints as JSON what is in a model file, its checksum and the one computed here
rewrite FILE NEW    reads a model file and writes its content with safetensors' own writer
forge KIND NEW      writes a model file with something wrong in it under a right checksum
"""

import hashlib
import json
import struct
import sys

import numpy
from safetensors import safe_open
from safetensors.numpy import save, save_file


def load(path):
    with safe_open(path, framework="numpy") as file:
        return file.metadata(), {name: file.get_tensor(name) for name in file.keys()}


def checksum(card, tensors):
    """The SHA-256 of the content, as the documentation of ModelFile defines it."""
    sha = hashlib.sha256()

    def number(value):
        sha.update(struct.pack("<Q", value))

    def text(value):
        number(len(value.encode()))
        sha.update(value.encode())

    text(card)
    for name in sorted(tensors, key=str.encode):
        tensor = tensors[name]
        text(name)
        text("F64")
        number(tensor.ndim)
        for length in tensor.shape:
            number(length)
        sha.update(tensor.astype("<f8").tobytes())
    return sha.hexdigest()


def describe(path):
    metadata, tensors = load(path)
    print(json.dumps({
        "tensors": {
            name: {
                "dtype": str(tensor.dtype),
                "shape": list(tensor.shape),
                "bits": [int(bits) for bits in tensor.reshape(-1).view(numpy.uint64)],
            }
            for name, tensor in tensors.items()
        },
        "card": json.loads(metadata["tessera"]),
        "sha256": metadata["tessera.sha256"],
        "computed": checksum(metadata["tessera"], tensors),
    }))


def rewrite(path, new):
    metadata, tensors = load(path)
    save_file(tensors, new, metadata=metadata)


def forge(kind, new):
    card = {"format": 1, "sections": {}}
    tensors = {"t": numpy.array([1.0, 2.0])}
    if kind == "not-a-number":
        tensors["t"][1] = numpy.nan
    elif kind == "infinite":
        tensors["t"][1] = -numpy.inf
    elif kind == "control-in-tensor-name":
        tensors = {"t\x1b": tensors["t"]}
    elif kind == "empty-section-name":
        card["sections"][""] = 1
    elif kind == "more-in-card":
        card["more"] = 1
    else:
        sys.exit(f"there is no forgery {kind}")
    text = json.dumps(card)
    with open(new, "wb") as file:
        file.write(save(tensors, metadata={"tessera": text, "tessera.sha256": checksum(text, tensors)}))


commands = {"describe": describe, "rewrite": rewrite, "forge": forge}
if len(sys.argv) < 2 or sys.argv[1] not in commands:
    sys.exit(__doc__)
commands[sys.argv[1]](*sys.argv[2:])
