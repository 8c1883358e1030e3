"""Replicas that heal themselves: damage on the disk, a directory from last week, deletes that go."""

import shutil
import sqlite3

import harness

QUICK = {"repair__interval": "2s"}
KEYS = 3000


def rows(node):
    """Of a node that has stopped."""
    with sqlite3.connect(node.directory / "data" / "starling.db") as database:
        return database.execute("SELECT count(*) FROM rows").fetchone()[0]


class Healing(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.cluster(3, **QUICK)

    def write(self, first, last):
        with self.nodes[0].connect() as client:
            for i in range(first, last):
                client.put(f"key {i}", f"value {i} " + "x" * 100)

    def check_all_keys(self, node, last):
        with node.connect() as client:
            for i in range(last):
                self.assertEqual(client.value(f"key {i}", r=1), (f"value {i} " + "x" * 100).encode())

    def repair_status(self, node):
        with node.connect() as client:
            return client.call("repair.status")

    def is_verified(self, node):
        """Whether it has found that it holds what the others hold."""
        partitions = self.repair_status(node)[b"partitions"]
        copies = [copy for partition in partitions for copy in partition[b"copies"]]
        return all(b"verified_ms_ago" in copy and not copy[b"differs"] for copy in copies)

    def start_until_it_says(self, node, words):
        """Again whenever it ends, as a service manager would."""
        for _ in range(5):
            node.launch()
            if node.says(words):
                return
        self.fail(f"{node.name} was started five times and never said '{words}': {node.log_text()}")

    def has_reaped(self, node, tombstones):
        """So many, and none is left. One that has not heard of the deletes yet has none left either."""
        with node.connect() as client:
            reaped = client.call("node.stats").get(b"tombstone_reaped", 0)
        left = sum(partition[b"tombstones"] for partition in self.repair_status(node)[b"partitions"])
        return reaped >= tombstones and left == 0

    def problems(self, node):
        with node.connect() as client:
            return b" ".join(problem[b"what"] for problem in client.call("cluster.status")[b"problems"])

    def test_a_flipped_byte_is_found_healed_and_told(self):
        self.write(0, KEYS)
        victim = self.nodes[2]
        victim.stop()
        file = victim.directory / "data" / "starling.db"
        with open(file, "r+b") as database:
            database.seek(file.stat().st_size // 2)
            byte = database.read(1)
            database.seek(-1, 1)
            database.write(bytes([byte[0] ^ 1]))
        self.start_until_it_says(victim, "has caught up with the other replicas")
        said = victim.log.read_text()
        self.assertIn("was damaged", said)
        self.assertIn("may lack writes that this node once had", said)
        self.assertTrue((file.parent / "starling.db.damaged").exists())
        self.wait_until(lambda: self.is_verified(victim))
        self.check_all_keys(victim, KEYS)
        victim.stop()
        self.assertEqual(rows(victim), KEYS)

    def test_a_directory_from_last_week_is_found_healed_and_told(self):
        self.write(0, KEYS // 2)
        victim = self.nodes[2]
        victim.stop()
        data = victim.directory / "data"
        shutil.copytree(data, victim.directory / "backup")
        victim.start("ready: ")
        self.write(KEYS // 2, KEYS)
        with self.nodes[2].connect() as client:
            for i in range(10):
                client.put(f"mine {i}", "v")
        victim.stop()
        shutil.rmtree(data)
        (victim.directory / "backup").rename(data)
        self.start_until_it_says(victim, "has caught up with the other replicas")
        self.assertIn("copied or restored", victim.log.read_text())
        self.wait_until(lambda: self.is_verified(victim))
        self.check_all_keys(victim, KEYS)

    def test_deletes_go_when_all_have_seen_them_and_stay_as_long_as_one_is_away(self):
        self.write(0, 500)
        away = self.nodes[2]
        away.stop()
        with self.nodes[0].connect() as client:
            for i in range(500):
                client.call("kv.delete", f"key {i}", {})
        kept = b"500 deleted keys keep their tombstones, because node 'node3' is down"
        self.wait_until(lambda: kept in self.problems(self.nodes[0]))
        away.start("ready: ")
        self.wait_until(lambda: all(self.has_reaped(node, 500) for node in self.nodes))
        for node in self.nodes:
            node.stop()
            self.assertEqual(rows(node), 0, node.name)


if __name__ == "__main__":
    harness.main()
