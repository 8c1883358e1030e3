"""Clients that err or mean harm get an error or are cut off, and the others do not notice."""

import itertools
import multiprocessing
import socket
import threading
import time

import msgpack

import harness


class Bystanders:
    """Ordinary clients whose latencies are measured, in a process of their own: this one has its hands full."""

    def __init__(self, node, count=4):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=Bystanders.work, args=(node.client, count, theirs))
        self.process.start()

    @staticmethod
    def work(address, count, pipe):
        samples, failures, stopping = [], [], threading.Event()

        def run(number):
            try:
                with harness.Client(address) as client:
                    for i in itertools.count():
                        if stopping.is_set():
                            return
                        key = f"b{number}-{i % 100}"
                        began = time.monotonic()
                        client.put(key, "v" * 100, context=client.get(key)[b"context"])
                        samples.append((began, time.monotonic() - began))
                        time.sleep(0.002)
            except Exception as error:
                failures.append(repr(error))

        threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        pipe.recv()
        stopping.set()
        for thread in threads:
            thread.join()
        pipe.send((samples, failures))

    def finish(self):
        """(when it began, how long it took) of each pair of a read and a write; and what failed."""
        self.pipe.send("stop")
        result = self.pipe.recv()
        self.process.join()
        return result


def p99(samples, begin, end):
    return harness.percentile([took for began, took in samples if begin <= began < end], 0.99)


def drain(connection):
    """Everything the node still says, until it closes."""
    answer = b""
    try:
        while chunk := connection.recv(1 << 16):
            answer += chunk
    except ConnectionResetError:
        pass
    return answer


class HostileClients(harness.SystemTest):
    def error_after(self, node, data):
        """The last error that a client gets who sends these bytes, before the node closes."""
        with socket.create_connection(node.client, timeout=harness.PATIENCE) as connection:
            try:
                connection.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            answer = drain(connection)
        kind, _, error, _ = msgpack.unpackb(answer, raw=False)
        self.assertEqual(kind, 1)
        return error

    def test_declared_sizes_are_refused_before_anything_is_allocated(self):
        node = self.lone_node()
        before = node.resident_bytes()
        self.assertIn("MALFORMED", self.error_after(node, bytes.fromhex("ddffffffff")))
        self.assertIn("MALFORMED", self.error_after(node, bytes.fromhex("9400") + b"\x91" * 5_000_000))
        self.assertIn("MALFORMED", self.error_after(node, b"\x91" * 5_000_000))
        four_gib = bytes.fromhex("940001") + msgpack.packb("kv.put") + b"\x93" + msgpack.packb("k") + b"\xc6\xff\xff\xff\xff"
        self.assertRegex(self.error_after(node, four_gib + b"v" * 100_000), "MALFORMED|INVALID")
        self.assertLess(node.resident_bytes() - before, 64 << 20)
        with node.connect() as client:
            self.assertEqual(client.call("ping"), b"pong")

    def test_a_wrong_request_gets_its_error_and_the_connection_stays(self):
        node = self.lone_node()
        with node.connect() as client:
            for method, params in (("kv.get", [""]), ("kv.nothing", []), ("kv.put", ["k"]), ("kv.get", ["k" * 5000])):
                with self.assertRaises(harness.RpcError):
                    client.call(method, *params)
            self.assertEqual(client.call("ping"), b"pong")

    def test_the_others_do_not_notice(self):
        node = self.lone_node()
        # One that nobody harms, to tell what the machine does to its clients from what the hostile ones do.
        spared = self.lone_node("spared")
        with node.connect() as client:
            client.put("large", b"x" * (1 << 20))
        bystanders, elsewhere = Bystanders(node), Bystanders(spared)
        time.sleep(6)

        slow = socket.create_connection(node.client)
        hostile_since = time.monotonic()
        deaf = socket.create_connection(node.client)
        deaf.setblocking(False)
        stop = threading.Event()
        threads = [
            threading.Thread(target=self.send_a_byte_a_second, args=(slow, stop)),
            threading.Thread(target=self.ask_and_never_read, args=(deaf, stop)),
            threading.Thread(target=self.throw_rubbish, args=(node, stop)),
        ]
        for thread in threads:
            thread.start()
        crowd = [socket.create_connection(node.client, timeout=harness.PATIENCE) for _ in range(1000)]
        for connection in crowd:
            connection.sendall(msgpack.packb([0, 1, "ping", []]))
        for connection in crowd:
            self.assertEqual(msgpack.unpackb(connection.recv(100)), [1, 1, None, "pong"])

        # Both are cut off after half a minute without progress.
        slow.settimeout(harness.PATIENCE)
        answer = drain(slow)
        slow_ended = time.monotonic()
        deaf_is_closed = self.is_closed(deaf)
        stop.set()
        for thread in threads:
            thread.join()
        samples, failures = bystanders.finish()
        samples_elsewhere, failures_elsewhere = elsewhere.finish()
        for connection in [*crowd, slow, deaf]:
            connection.close()

        self.assertEqual(failures + failures_elsewhere, [])
        before = p99(samples, hostile_since - 5, hostile_since)
        during = p99(samples, hostile_since, slow_ended)
        meanwhile = p99(samples_elsewhere, hostile_since, slow_ended)
        print(
            f"p99 of the others: {before * 1000:.1f} ms before, {during * 1000:.1f} ms during, "
            f"{meanwhile * 1000:.1f} ms at a node that was spared; "
            f"a byte a second was cut off after {slow_ended - hostile_since:.0f} s"
        )
        self.assertIn(b"TIMED_OUT", answer)
        # After 30 s; all of its bytes would take longer than this.
        self.assertLess(slow_ended - hostile_since, 90)
        self.assertTrue(deaf_is_closed, "a client that never reads is cut off")
        self.assertLess(during, 3 * max(before, meanwhile) + 0.05)

    def send_a_byte_a_second(self, connection, stop):
        for byte in msgpack.packb([0, 1, "kv.get", ["k" * 100]]):
            try:
                connection.send(bytes([byte]))
            except OSError:
                return
            if stop.wait(1):
                return

    def ask_and_never_read(self, connection, stop):
        request = msgpack.packb([0, 1, "kv.get", ["large"]])
        while not stop.is_set():
            try:
                connection.send(request * 10)
            except BlockingIOError:
                stop.wait(0.05)
            except OSError:
                return

    def throw_rubbish(self, node, stop):
        while not stop.is_set():
            for rubbish in (bytes.fromhex("ddffffffff"), b"\x91" * 100_000, b"\xc1" * 100):
                self.error_after(node, rubbish)
            stop.wait(0.02)

    def is_closed(self, connection):
        for _ in harness.looks(every=0.2):
            try:
                connection.send(b"\x00")
            except BlockingIOError:
                pass
            except OSError:
                return True
        return False


if __name__ == "__main__":
    harness.main()
