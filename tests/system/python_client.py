#!/usr/bin/python3
"""A whole client for Starling in Python's standard library and python3-msgpack (docs/protocol.md).

    python_client.py HOST:PORT      uses it: writes, reads, makes siblings and resolves them
"""

import socket
import sys
import uuid

import msgpack


class Client:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host.strip("[]"), int(port)), timeout=30)
        self.unpacker = msgpack.Unpacker()
        self.msgid = 0

    def call(self, method, *params):
        self.msgid += 1
        self.socket.sendall(msgpack.packb([0, self.msgid, method, params]))
        while True:
            for kind, msgid, error, result in self.unpacker:
                if (kind, msgid) == (1, self.msgid):
                    if error is not None:
                        raise RuntimeError(error)
                    return result
            received = self.socket.recv(65536)
            if not received:
                raise ConnectionError("the node closed the connection")
            self.unpacker.feed(received)

    def get(self, key, **options):
        reading = self.call("kv.get", key, options)
        return reading["values"], reading["context"]

    def put(self, key, value, **options):
        return self.call("kv.put", key, value, options)


def expect(what, seen, wanted):
    print(f"{what}: {seen!r}")
    if seen != wanted:
        sys.exit(f"FAILED {what}: wanted {wanted!r}")


def main():
    client = Client(sys.argv[1])
    print("talking to", client.call("hello", {"client": "python_client"}))
    key = f"python-{uuid.uuid4()}"

    expect("nothing there", client.get(key)[0], [])
    client.put(key, b"first", w="quorum")
    values, context = client.get(key, r="quorum")
    expect("one value", values, [b"first"])
    client.put(key, "second", context=context)
    expect("replaced", client.get(key)[0], [b"second"])

    expect("a write that has read nothing", client.put(key, b"third")["siblings"], 2)
    values, context = client.get(key)
    expect("siblings", sorted(values), [b"second", b"third"])
    expect("resolved", client.put(key, b"both", context=context)["siblings"], 1)
    expect("one again", client.get(key)[0], [b"both"])

    client.call("kv.delete", key)
    expect("gone", client.call("kv.exists", key), False)
    try:
        client.get(key, r=0)
        sys.exit("FAILED: r = 0 was accepted")
    except RuntimeError as error:
        expect("refused with the bound", str(error), "INVALID r must be from 1 to 16")


if __name__ == "__main__":
    main()
