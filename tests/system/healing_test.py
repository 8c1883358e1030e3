"""Replicas that heal themselves: damage on the disk, a directory from last week, deletes that go."""

import shutil
import sqlite3
import time

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

    def wait_until_verified(self, node, within=60):
        """Until it has found that it holds what the others hold."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            with node.connect() as client:
                status = client.call("repair.status")
            copies = [copy for partition in status[b"partitions"] for copy in partition[b"copies"]]
            if all(b"verified_ms_ago" in copy and not copy[b"differs"] for copy in copies):
                return status
            time.sleep(0.2)
        self.fail(f"{node.name} is not verified within {within} s")

    def start_until_it_stays(self, node, words):
        """As a service manager would."""
        for _ in range(5):
            node.start("listens for clients")
            time.sleep(2)
            if node.process.poll() is None:
                break
        node.wait_for(words)

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
        self.start_until_it_stays(victim, "has caught up with the other replicas")
        said = victim.log.read_text()
        self.assertIn("was damaged", said)
        self.assertIn("may lack writes that this node once had", said)
        self.assertTrue((file.parent / "starling.db.damaged").exists())
        self.wait_until_verified(victim)
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
        self.start_until_it_stays(victim, "has caught up with the other replicas")
        self.assertIn("copied or restored", victim.log.read_text())
        self.wait_until_verified(victim)
        self.check_all_keys(victim, KEYS)

    def test_deletes_go_when_all_have_seen_them_and_stay_as_long_as_one_is_away(self):
        self.write(0, 500)
        away = self.nodes[2]
        away.stop()
        with self.nodes[0].connect() as client:
            for i in range(500):
                client.call("kv.delete", f"key {i}", {})
        time.sleep(5)
        with self.nodes[0].connect() as client:
            problems = b" ".join(problem[b"what"] for problem in client.call("cluster.status")[b"problems"])
        self.assertIn(b"500 deleted keys keep their tombstones, because node 'node3' is down", problems)
        away.start("ready: ")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with self.nodes[0].connect() as client:
                status = client.call("repair.status")
            left = sum(partition[b"tombstones"] for partition in status[b"partitions"])
            if left == 0 and not any(peer[b"hints_owed"] for peer in status[b"peers"]):
                break
            time.sleep(0.5)
        time.sleep(6)  # the others hear of it with their own looks
        for node in self.nodes:
            node.stop()
            self.assertEqual(rows(node), 0, node.name)


if __name__ == "__main__":
    harness.main()
