"""Members come and go while clients write: nothing acknowledged is lost, and no request fails because of it."""

import json
import os
import subprocess
import time

import harness

STEADY_WRITER = os.environ["STEADY_WRITER"]
KEYS = int(os.environ.get("RING_CHANGE_KEYS", "3000"))


class Changing(harness.SystemTest):
    def new_node(self, name):
        node = self.node(name, cluster__seeds=self.members[0].peer)
        return node.start()

    def wait_until_settled(self, members):
        """All of them go by one ring of exactly so many, know each other's names, and nothing is under way or follows."""
        self.wait_until(lambda: self.is_settled(members))

    def is_settled(self, members):
        epochs = set()
        for node in self.members:
            with node.connect() as client:
                status = client.call("cluster.status")
                in_ring = [member for member in status[b"members"] if member[b"in_ring"]]
                if status[b"change"] is not None or len(in_ring) != members or not all(m[b"name"] for m in in_ring):
                    return False
                epochs.add(status[b"epoch"])
        return len(epochs) == 1 and self.nothing_follows()

    def nothing_follows(self):
        """A settled ring between two changes of a series is not the end."""
        with self.members[0].connect() as client:
            try:
                return client.call("cluster.plan", {"dry_run": True})[b"moving"] == 0
            except harness.RpcError:
                return False

    def put_all(self, client, keys, **options):
        for first in range(0, keys, 500):
            items = [[f"key {i}", f"value {i}"] for i in range(first, min(first + 500, keys))]
            for error, _ in client.call("kv.mput", items, options):
                self.assertIsNone(error)


class RingChange(Changing):
    def setUp(self):
        super().setUp()
        self.members = self.cluster(3)

    def load(self):
        with self.members[0].connect() as client:
            self.put_all(client, KEYS)

    def check_all_keys(self, node):
        with node.connect() as client:
            for first in range(0, KEYS, 500):
                keys = [f"key {i}" for i in range(first, min(first + 500, KEYS))]
                for key, answer in zip(keys, client.call("kv.mget", keys, {})):
                    self.assertEqual(answer[1][b"values"], [key.replace("key", "value").encode()], key)

    def start_writers(self):
        addresses = ",".join(f"{node.client[0]}:{node.client[1]}" for node in self.members)
        self.writer = subprocess.Popen([STEADY_WRITER, addresses], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.writer.kill)

    def check_writers(self):
        out, words = self.writer.communicate(timeout=harness.PATIENCE)
        self.assertEqual(self.writer.returncode, 0, words)
        counts = json.loads(out)
        self.assertGreater(counts.pop("done"), 100)
        self.assertEqual(counts, {"refused": 0, "in_doubt": 0, "lost": 0}, words)

    def join(self, name):
        node = self.new_node(name)
        node.wait_for("ready:")
        self.members.append(node)
        return node

    def leave(self, node):
        self.members.remove(node)
        with self.members[0].connect() as client:
            client.call("cluster.leave", node.name, {"timeout_ms": 60000})
        self.assertEqual(node.process.wait(harness.PATIENCE), 0)

    def test_three_become_five_and_three_again_under_load(self):
        self.load()
        self.start_writers()
        for count, name in ((4, "node4"), (5, "node5")):
            self.join(name)
            self.wait_until_settled(count)
            self.check_all_keys(self.members[-1])
        for count in (4, 3):
            self.leave(self.members[0])
            self.wait_until_settled(count)
        self.check_all_keys(self.members[-1])
        self.check_writers()

    def test_a_node_that_is_killed_while_the_ring_changes_delays_it(self):
        self.load()
        self.start_writers()
        joining = self.new_node("node4")
        joining.wait_for("ready:")
        self.members.append(joining)
        joining.kill()
        time.sleep(1)
        joining.start("ready:")
        self.wait_until_settled(4)
        with self.members[0].connect() as client:
            client.call("cluster.leave", "node2", {"timeout_ms": 60000})
        self.members[2].kill()
        time.sleep(1)
        self.members[2].start("ready:")
        leaving = self.members.pop(1)
        self.assertEqual(leaving.process.wait(harness.PATIENCE), 0)
        self.wait_until_settled(3)
        self.check_all_keys(joining)
        self.check_writers()

    def test_a_node_that_left_and_comes_back_with_its_directory_brings_nothing_old(self):
        self.load()
        self.join("node4")
        self.wait_until_settled(4)
        left = self.members[3]
        self.leave(left)
        self.wait_until_settled(3)
        with self.members[0].connect() as client:
            for i in range(0, KEYS, 2):
                client.call("kv.delete", f"key {i}", {})
        left.settings["cluster.seeds"] = self.members[0].peer
        left.start()
        with self.members[0].connect() as client:
            client.call("cluster.join", left.peer, {"timeout_ms": 60000})
        self.members.append(left)
        self.wait_until_settled(4)
        with left.connect() as client:
            for i in range(0, KEYS):
                self.assertEqual(client.value(f"key {i}"), None if i % 2 == 0 else f"value {i}".encode())


class Disaster(Changing):
    def values(self, node, keys):
        """What is shown of each, as soon as its replicas answer reads again."""
        values = {}

        def all_answered():
            with node.connect() as client:
                asked = [f"key {i}" for i in range(keys) if f"key {i}" not in values]
                for key, answer in zip(asked, client.call("kv.mget", asked, {})):
                    if answer[0] is None:
                        values[key] = answer[1][b"values"]
            return len(values) == keys

        self.wait_until(all_answered)
        return values

    def is_fenced(self, node):
        """It has ended by itself, or waits to be taken in anew."""
        try:
            with node.connect() as client:
                return ("no member of its cluster any more" in str(client.call("cluster.status")[b"problems"])
                        and not client.call("node.info")[b"ready"])
        except ConnectionError:
            return node.process.wait(harness.PATIENCE) == 0

    def test_after_the_loss_of_a_majority_the_others_go_on_by_force(self):
        keys = 400
        self.members = self.cluster(5)
        with self.members[0].connect() as client:
            self.put_all(client, keys, w="all")
            self.wait_until(lambda: all(member[b"name"] for member in client.call("cluster.status")[b"members"]))
        lost = [node.name for node in self.members[2:]]
        for node in self.members[2:]:
            node.kill()
        left, gone = self.members[:2], self.members[2:]
        with left[0].connect() as client:
            self.wait_until(lambda: sum(member[b"state"] == b"dead" for member in
                                        client.call("cluster.status")[b"members"]) == 3)
            with self.assertRaisesRegex(harness.RpcError, "is not named and cannot be reached"):
                client.call("cluster.remove", lost[:2], {"force": True})
            price = client.call("cluster.remove", lost, {"force": True, "dry_run": True})
            self.assertRegex(price[b"may_be_lost"].decode(), "of 256 partitions have no replica left: .* is gone")
            self.assertGreater(client.call("cluster.remove", lost, {"force": True})[b"epoch"], 2**32)
        self.members = left
        self.wait_until_settled(2)
        shown = self.values(left[1], keys)
        kept = {key for key, values in shown.items() if values}
        self.assertTrue(keys / 2 < len(kept) < keys, len(kept))
        for key in kept:
            self.assertEqual(shown[key], [key.replace("key", "value").encode()])
        with left[0].connect() as client:
            client.call("kv.put", "after", "the loss", {"w": "all"})

        for node in gone:
            node.start()
        for node in gone:
            self.wait_until(lambda: self.is_fenced(node))
        with left[0].connect() as client:
            self.wait_until(lambda: all(self.values(left[0], keys).values()))
            self.assertEqual(client.value("after"), b"the loss")
        self.wait_until_settled(2)


class ManyJoin(Changing):
    def test_thirty_nodes_that_are_started_at_once_are_one_balanced_ring(self):
        self.members = [self.lone_node("first")]
        self.members += [self.new_node(f"node{i}") for i in range(29)]
        for node in self.members:
            node.wait_for("ready:")
        self.wait_until_settled(30)
        with self.members[0].connect() as client:
            ring = client.call("cluster.ring")
        loads = {}
        for owners in ring[b"assignment"]:
            for owner in owners:
                loads[owner] = loads.get(owner, 0) + 1
        self.assertEqual(sum(loads.values()), 3 * 256)
        self.assertEqual({load for load in loads.values()}, {25, 26})


if __name__ == "__main__":
    harness.main()
