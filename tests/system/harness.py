"""Real kvnode processes, and a MessagePack-RPC client of thirty lines that owes nothing to the C++ one."""

import itertools
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import msgpack

KVNODE = os.environ["KVNODE"]

# Seconds for what must come sooner or later. Only a fault makes anybody wait so long, not a machine that is busy.
PATIENCE = 120

# What the product gives a request and a silent member by itself is too little where any process may stand still for
# seconds. Tests of these times set their own.
UNHURRIED = {"quorum.timeout": "10s", "gossip.probe_period": "3s", "gossip.probe_timeout": "1s"}


class RpcError(Exception):
    """The node answered with an error: "NOT_FOUND key not found"."""

    @property
    def name(self):
        return str(self).split(" ", 1)[0]


class Client:
    """One connection, one request at a time."""

    def __init__(self, address, timeout=PATIENCE):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=1 << 30)
        self.ids = itertools.count(1)

    def call(self, method, *params):
        msgid = next(self.ids)
        self.socket.sendall(msgpack.packb([0, msgid, method, list(params)]))
        kind, answered, error, result = self.receive()
        assert (kind, answered) == (1, msgid), (kind, answered, msgid)
        if error is not None:
            raise RpcError(error.decode())
        return result

    def receive(self):
        """The next message, whatever it is. ConnectionError at the end of the stream."""
        while True:
            for message in self.unpacker:
                return message
            data = self.socket.recv(1 << 16)
            if not data:
                raise ConnectionError("the node closed the connection")
            self.unpacker.feed(data)

    def get(self, key, **options):
        return self.call("kv.get", key, options)

    def put(self, key, value, **options):
        return self.call("kv.put", key, value, options)

    def value(self, key, **options):
        """The only value of a key; None when there is none."""
        values = self.get(key, **options)[b"values"]
        assert len(values) <= 1, f"{key} has {len(values)} siblings"
        return values[0] if values else None

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def looks(every):
    """For a look at something every so many seconds, as often as there is patience for. Counted, not timed: whoever was
    stopped itself meanwhile has not waited."""
    for _ in range(round(PATIENCE / every)):
        yield
        time.sleep(every)


def free_ports():
    """Ports that were free a moment ago, each of them once. None is of the range out of which the kernel gives outgoing
    connections theirs: one of those may be gone before a node listens there, or while it is killed and started."""
    first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    ports = [port for port in range(10_000, 65_536) if not first <= port <= last] or list(range(10_000, 65_536))
    random.shuffle(ports)  # others on this machine may be looking for some as well
    for port in ports:
        try:
            with socket.create_server(("127.0.0.1", port)), socket.socket(type=socket.SOCK_DGRAM) as datagrams:
                datagrams.bind(("127.0.0.1", port))
        except OSError:
            continue
        yield port


PORTS = free_ports()


class Node:
    """One kvnode process with a directory of its own."""

    def __init__(self, root, name, **settings):
        client, peer = next(PORTS), next(PORTS)
        self.name = name
        self.directory = pathlib.Path(root) / name
        self.client = ("127.0.0.1", client)
        self.peer = f"127.0.0.1:{peer}"
        self.settings = {
            "node.name": name,
            "node.data_dir": str(self.directory / "data"),
            "listen.client": f"127.0.0.1:{client}",
            "listen.peer": self.peer,
            "gossip.profile": "local",
            **UNHURRIED,
            **{key.replace("__", "."): str(value) for key, value in settings.items()},
        }
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log = self.directory / "log"
        self.process = None
        self.log_start = 0

    def command(self):
        return [KVNODE] + [word for key, value in self.settings.items() for word in (f"--{key}", value)]

    def start(self, words="listens for clients"):
        self.launch()
        self.wait_for(words)
        return self

    def launch(self):
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stderr=log, stdout=log, stdin=subprocess.DEVNULL)

    def log_text(self):
        """What it has said since it was started."""
        if not self.log.exists():
            return ""
        with open(self.log, errors="replace") as log:
            log.seek(self.log_start)
            return log.read()

    def wait_for(self, words):
        if not self.says(words):
            raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.log_text()}")

    def says(self, words):
        """Waits for it; false if it has ended without."""
        for _ in looks(every=0.02):
            if words in self.log_text():
                return True
            if self.process.poll() is not None:
                return words in self.log_text()
        raise AssertionError(f"{self.name} did not say '{words}' in {PATIENCE} s: {self.log_text()}")

    def connect(self, timeout=PATIENCE):
        return Client(self.client, timeout)

    def stop(self):
        """As a service manager would. Returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def resident_bytes(self):
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class SystemTest(unittest.TestCase):
    """Keeps what it started in one directory, and ends all of it."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="starling-system."))
        self.nodes = []
        self.addCleanup(self.clean_up)

    def clean_up(self):
        failed = self._outcome is not None and not self._outcome.success
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.kill()
            if failed:
                print(f"--- {node.name}\n{node.log_text()[-3000:]}", file=sys.stderr)
        shutil.rmtree(self.root, ignore_errors=True)

    def node(self, name, **settings):
        node = Node(self.root, name, **settings)
        self.nodes.append(node)
        return node

    def lone_node(self, name="alone", **settings):
        """A cluster of one, ready."""
        return self.node(name, **settings).start("ready:")

    def cluster(self, size=3, **settings):
        """A founded cluster, every node ready."""
        nodes = [self.node(f"node{i + 1}", cluster__init="false", **settings).start() for i in range(size)]
        with nodes[0].connect() as client:
            client.call("cluster.init", [node.peer for node in nodes])
        for node in nodes:
            node.wait_for("ready:")
        return nodes

    def wait_until(self, condition):
        """Until it is so: what nodes learn of each other comes to each in its own time."""
        if not any(condition() for _ in looks(every=0.2)):
            self.fail(f"in vain, for {PATIENCE} s")


def percentile(samples, fraction):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]


def main():
    unittest.main(verbosity=2)
