"""Three nodes founded as one cluster: quorum reads and writes, and what happens when nodes die."""

import random
import socket
import threading
import time

import harness


class Workload:
    """Connections that write keys of their own one after the other, each to a node that is said to be up.

    A request that fails while its node is being killed was in flight at a dead coordinator: nobody knows what
    became of it. Every other failure is kept, and is one too many.
    """

    def __init__(self, nodes, connections):
        self.nodes = nodes
        self.up = {node.name: True for node in nodes}
        self.kills = {node.name: 0 for node in nodes}
        self.acknowledged = {}
        self.lost_connections = 0
        self.failures = []
        self.latencies = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(connections)]
        for thread in self.threads:
            thread.start()

    def run(self, worker):
        chance = random.Random(worker)
        count = 0
        while not self.stopping.is_set():
            kills = dict(self.kills)
            node = chance.choice([node for node in self.nodes if self.up[node.name]])
            try:
                with node.connect() as client:
                    for _ in range(chance.randrange(50, 200)):
                        if self.stopping.is_set():
                            return
                        count += 1
                        self.one_write(client, f"w{worker}-{count}", f"{worker}:{count}")
            except (ConnectionError, socket.timeout) as error:
                self.lost_connections += 1
                if self.kills[node.name] == kills[node.name]:
                    self.failures.append(f"{node.name}: {error!r}")

    def one_write(self, client, key, value):
        began = time.monotonic()
        try:
            client.put(key, value, w=2)
        except harness.RpcError as error:
            self.failures.append(str(error))
            return
        self.latencies.append(time.monotonic() - began)
        self.acknowledged[key] = value

    def kill(self, node):
        """Noted first, so that no worker hears of it from its connection before it can be seen here."""
        self.up[node.name] = False
        self.kills[node.name] += 1
        node.kill()

    def start(self, node):
        node.start("ready:")
        self.up[node.name] = True

    def finish(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


class ThreeNodes(harness.SystemTest):
    def test_what_one_node_acknowledged_every_node_reads(self):
        nodes = self.cluster()
        with nodes[0].connect() as first, nodes[1].connect() as second, nodes[2].connect() as third:
            for i in range(50):
                first.put(f"k{i}", f"v{i}")
            for i in range(50):
                self.assertEqual(second.value(f"k{i}"), f"v{i}".encode())
                self.assertEqual(third.value(f"k{i}", r="all"), f"v{i}".encode())

    def test_concurrent_writes_through_two_nodes_become_siblings(self):
        nodes = self.cluster()
        with nodes[0].connect() as first, nodes[1].connect() as second, nodes[2].connect() as third:
            first.put("cart", "milk")
            context = first.get("cart")[b"context"]
            first.put("cart", "milk, bread", context=context)
            second.put("cart", "milk, eggs", context=context)
            both = third.get("cart")
            self.assertEqual(sorted(both[b"values"]), [b"milk, bread", b"milk, eggs"])
            third.put("cart", "all", context=both[b"context"])
            self.assertEqual(first.value("cart"), b"all")

    def test_with_one_node_dead_the_others_serve_and_with_two_dead_they_say_why_not(self):
        nodes = self.cluster()
        with nodes[0].connect() as client:
            client.put("k", "1")
            nodes[1].kill()
            client.put("l", "2")
            self.assertEqual(client.value("k"), b"1")
            nodes[2].kill()
            with self.assertRaises(harness.RpcError) as refused:
                client.put("m", "3")
            self.assertIn(refused.exception.name, ("UNAVAILABLE", "IN_DOUBT"))

    def test_a_node_of_another_cluster_is_refused_with_words(self):
        first = self.lone_node("first")
        second = self.node("second", cluster__seeds=first.peer, cluster__init="true").start("ready:")
        self.wait_until(lambda: "two clusters never talk" in first.log_text() + second.log_text())

    def test_a_node_whose_seed_is_a_name_joins_there_and_founds_nothing(self):
        first = self.lone_node("first")
        port = first.peer.rpartition(":")[2]
        second = self.node("second", cluster__seeds=f"localhost:{port}").start("ready:")
        with second.connect() as client:
            self.wait_until(lambda: sum(m[b"in_ring"] for m in client.call("cluster.status")[b"members"]) == 2)

    def test_all_nodes_stop_cleanly_and_come_back_with_everything(self):
        nodes = self.cluster()
        with nodes[0].connect() as client:
            for i in range(50):
                client.put(f"k{i}", f"v{i}")
        for node in nodes:
            self.assertEqual(node.stop(), 0)
        for node in nodes:
            node.start()
        for node in nodes:
            node.wait_for("ready:")
        with nodes[2].connect() as client:
            for i in range(50):
                self.assertEqual(client.value(f"k{i}"), f"v{i}".encode())

    def test_killed_over_and_over_under_load_no_acknowledged_write_is_lost(self):
        nodes = self.cluster()
        load = Workload(nodes, 16)
        chance = random.Random(1)
        kills = 0
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline or kills < 10:
            time.sleep(chance.uniform(0.3, 1.0))
            victim = chance.choice(nodes)
            load.kill(victim)
            kills += 1
            time.sleep(chance.uniform(0.0, 0.5))
            load.start(victim)
        self.wait_until(lambda: len(load.acknowledged) > 1000)
        load.finish()

        print(
            f"{kills} kills, {len(load.acknowledged)} writes acknowledged, {load.lost_connections} connections lost, "
            f"p50 {harness.percentile(load.latencies, 0.5) * 1000:.1f} ms, "
            f"p99 {harness.percentile(load.latencies, 0.99) * 1000:.1f} ms"
        )
        self.assertEqual(load.failures, [])
        with nodes[0].connect() as first, nodes[1].connect() as second, nodes[2].connect() as third:
            clients = [first, second, third]
            for i, (key, value) in enumerate(load.acknowledged.items()):
                self.assertEqual(clients[i % 3].value(key, r=2), value.encode(), key)


if __name__ == "__main__":
    harness.main()
