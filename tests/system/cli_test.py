"""kvcli as people and scripts use it, the example program, and kvbench, against real nodes."""

import base64
import json
import os
import pty
import select
import signal
import subprocess
import time
import unittest

import harness

KVCLI = os.environ["KVCLI"]
KVBENCH = os.environ["KVBENCH"]
EXAMPLE = os.environ["EXAMPLE"]

OK, ERROR, USAGE, NOT_FOUND, SIBLINGS, UNAVAILABLE, TIMED_OUT, DENIED = range(8)


def address(node):
    return f"{node.client[0]}:{node.client[1]}"


class Cli:
    """kvcli that is told of one node."""

    def __init__(self, *nodes):
        self.environment = {**os.environ, "STARLING_NODE": ",".join(address(node) for node in nodes)}

    def run(self, *words, stdin=b""):
        patient = [] if "--timeout" in words else ["--timeout", "60s"]
        return subprocess.run([KVCLI, *patient, *words], input=stdin, capture_output=True, env=self.environment,
                              timeout=harness.PATIENCE)

    def text(self, *words, code=OK, stdin=b""):
        """Standard output, after checking the exit code."""
        done = self.run(*words, stdin=stdin)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout.decode()

    def json(self, *words, code=OK):
        return json.loads(self.text("--format", "json", *words, code=code))


class OneNode(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.alone = self.lone_node()
        self.cli = Cli(self.alone)

    def test_a_plain_put_replaces_and_a_blind_one_makes_a_sibling_that_resolve_settles(self):
        self.cli.text("put", "k", "one")
        self.cli.text("put", "k", "two")
        self.assertEqual(self.cli.text("get", "k"), "two\n")
        self.cli.text("put", "--blind", "k", "three")
        self.assertEqual(sorted(self.cli.text("get", "k", code=SIBLINGS).splitlines()), ["three", "two"])
        self.assertEqual(len(self.cli.json("siblings", "k", code=SIBLINGS)["values"]), 2)
        picked = self.cli.json("siblings", "k", code=SIBLINGS)["values"][1]
        self.cli.text("resolve", "k", "--pick", "2")
        self.assertEqual(self.cli.text("get", "k"), picked + "\n")
        self.cli.text("put", "--blind", "k", "four")
        self.cli.text("resolve", "k", "five")
        self.assertEqual(self.cli.text("get", "k"), "five\n")

    def test_a_context_replaces_what_it_has_seen_and_nothing_later(self):
        self.cli.text("put", "k", "one")
        seen = self.cli.json("get", "k")["context"]
        self.cli.text("put", "k", "two")
        self.cli.text("put", "k", "three", "--context", seen)
        self.assertEqual(sorted(self.cli.text("get", "k", code=SIBLINGS).splitlines()), ["three", "two"])
        self.cli.text("put", "another", "x", "--context", seen, code=ERROR)
        self.cli.text("put", "k", "x", "--context", "no base64!", code=ERROR)

    def test_exit_codes_tell_what_happened(self):
        self.cli.text("get", "nothing", code=NOT_FOUND)
        self.cli.text("siblings", "nothing", code=NOT_FOUND)
        self.assertEqual(self.cli.text("exists", "nothing", code=NOT_FOUND), "false\n")
        self.cli.text("put", "there", "x")
        self.assertEqual(self.cli.text("exists", "there"), "true\n")
        self.cli.text("delete", "there")
        self.cli.text("get", "there", code=NOT_FOUND)
        for wrong in ([], ["frobnicate"], ["get"], ["--timeout", "5", "get", "k"], ["-r", "two", "get", "k"],
                      ["resolve", "k"], ["mput", "k"], ["put", "k", "v", "--blind", "--context", "eA=="]):
            self.cli.text(*wrong, code=USAGE)

    def test_what_is_not_allowed_has_an_exit_code_of_its_own(self):
        done = self.cli.run("cluster", "init", self.alone.peer)
        self.assertEqual(done.returncode, DENIED, done.stderr)
        self.assertIn(b"already belongs to cluster", done.stderr)

    def test_any_bytes_go_in_from_standard_input_and_come_out_again(self):
        value = bytes(range(256)) * 40
        self.cli.text("put", "bytes", "-", stdin=value)
        self.assertEqual(self.cli.run("--format", "raw", "get", "bytes").stdout, value)
        self.assertEqual(self.cli.json("get", "bytes")["values"], [{"base64": base64.b64encode(value).decode()}])
        self.cli.text("put", "text", "-", stdin="zwölf".encode())
        self.assertEqual(self.cli.json("get", "text")["values"], ["zwölf"])

    def test_many_keys_at_once(self):
        lines = "".join(f"key{i}\tvalue {i}\n" for i in range(500))
        self.cli.text("mput", "-", stdin=lines.encode())
        self.assertEqual(self.cli.text("mget", "key7", "key8"), "key7\tvalue 7\nkey8\tvalue 8\n")
        self.assertEqual(self.cli.text("mget", "key7", "nothing", code=NOT_FOUND), "key7\tvalue 7\n")
        listed = self.cli.text("list").splitlines()
        self.assertEqual(sorted(listed), sorted(f"key{i}" for i in range(500)))
        self.assertEqual(sorted(self.cli.text("list", "--prefix", "key12", "--values").splitlines())[0], "key12\tvalue 12")
        self.assertEqual(len(self.cli.text("list", "--limit", "7").splitlines()), 7)
        self.cli.text("mput", "key7", "other", "key8", "other")
        self.assertEqual(self.cli.text("mget", "key7", "key8"), "key7\tother\nkey8\tother\n")

    def test_buckets_keep_keys_apart(self):
        self.cli.text("--bucket", "one", "put", "k", "1")
        self.cli.text("-b", "two", "put", "k", "2")
        self.assertEqual(self.cli.text("get", "k", "-b", "one"), "1\n")
        self.cli.text("get", "k", code=NOT_FOUND)

    def test_status_and_ring_tell_how_the_cluster_is(self):
        self.assertTrue(self.cli.text("status").startswith("All is well.\n"))
        self.assertEqual(self.cli.text("cluster", "status"), self.cli.text("status"))
        self.assertEqual(self.cli.json("status")["partitions_below_quorum"], 0)
        ring = self.cli.json("ring")
        self.assertEqual((len(ring["members"]), len(ring["assignment"])), (1, 256))
        self.assertEqual(self.cli.json("ring", "--key", "k")["replicas"], ["alone"])

    def test_a_node_alone_has_nothing_to_compare(self):
        self.assertIn("nothing to compare", self.cli.text("repair", "status"))
        self.assertEqual(self.cli.text("repair", "now"), "Verified: 0 copies hold the same.\n")
        self.assertEqual(self.cli.json("repair", "status")["peers"], [])

    def test_the_shell_runs_lines_and_remembers_the_last_failure(self):
        script = b"put k 'two words'\n# a remark\n\nget k\nget nothing\nget k\nexit\nget nothing\n"
        self.assertEqual(self.cli.text("shell", stdin=script, code=NOT_FOUND), "two words\ntwo words\n")
        self.assertIn("siblings", self.cli.text("shell", stdin=b"help\n"))

    def test_the_shell_completes_commands_and_keeps_a_history(self):
        environment = {**self.cli.environment, "XDG_STATE_HOME": str(self.root), "TERM": "dumb"}
        master, slave = pty.openpty()
        shell = subprocess.Popen([KVCLI, "shell"], stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        heard = ""

        def hear(words):
            nonlocal heard
            for _ in harness.looks(every=0.02):
                if words in heard:
                    break
                if select.select([master], [], [], 0.1)[0]:
                    heard += os.read(master, 4096).decode()
            self.assertIn(words, heard)
            heard = heard.split(words, 1)[1]

        hear("starling> ")
        os.write(master, b"put k completed\n")
        hear("starling> ")
        os.write(master, b"exis\t k\n")
        hear("true")
        hear("starling> ")
        os.write(master, b"exit\n")
        self.assertEqual(shell.wait(harness.PATIENCE), OK)
        os.close(master)
        self.assertIn("completed", (self.root / "starling" / "kvcli_history").read_text())

    def test_the_completion_script_completes(self):
        script = self.cli.text("completion", "bash")
        asked = script + '\nCOMP_WORDS=(kvcli res); COMP_CWORD=1; _kvcli; echo "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", asked], capture_output=True, check=True)
        self.assertEqual(done.stdout, b"resolve\n")
        asked = script + '\nCOMP_WORDS=(kvcli -n x cluster remove --f); COMP_CWORD=5; _kvcli; echo "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", asked], capture_output=True, check=True)
        self.assertEqual(done.stdout, b"--force --format\n")
        self.assertTrue(self.cli.text("completion", "zsh").startswith("autoload"))

    def test_the_example_program_does_what_it_says(self):
        done = subprocess.run([EXAMPLE, address(self.alone)], capture_output=True, text=True, timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-5:], [
            'the siblings: "bread, milk" "bread, eggs"',
            'resolved: "bread, milk, eggs"',
            'read from one replica: "bread, milk, eggs"',
            "keys that begin with a: 2",
            "after the remove: not there",
        ])


class ThreeNodes(harness.SystemTest):
    def test_the_loss_of_nodes_is_told_and_survived(self):
        nodes = self.cluster()
        cli = Cli(*nodes)
        for i in range(20):
            cli.text("put", f"k{i}", "before")
        self.assertEqual(cli.text("repair", "now"), "Verified: 1536 copies hold the same.\n")
        self.assertIn("REPLICA", cli.text("repair", "status"))
        nodes[2].kill()
        survivors = Cli(nodes[0])
        for i in range(20):
            survivors.text("put", f"k{i}", "after")
            self.assertEqual(cli.text("get", f"k{i}"), "after\n")
        self.wait_until(lambda: self.status(survivors)["partitions_degraded"] > 0)
        self.assertEqual(self.status(survivors)["partitions_below_quorum"], 0)
        words = survivors.text("status", code=ERROR)
        self.assertTrue(words.startswith("Not all is well."), words)
        self.assertIn("→", words)
        nodes[1].kill()
        survivors.text("--timeout", "5s", "put", "k0", "x", code=UNAVAILABLE)
        self.assertEqual(survivors.text("-r", "one", "get", "k0"), "after\n")

    def test_a_sloppy_write_succeeds_with_two_of_three_replicas_down_and_says_so(self):
        nodes = {node.name: node for node in self.cluster(5)}
        cli = Cli(next(iter(nodes.values())))  # one of them: each learns the names of the others in its own time
        cli.text("put", "k", "before")
        self.wait_until(lambda: all(name in nodes for name in cli.json("ring", "--key", "k")["replicas"]))
        left, *away = [nodes[name] for name in cli.json("ring", "--key", "k")["replicas"]]
        for node in away:
            node.kill()
        cli = Cli(left)
        self.wait_until(lambda: json.loads(cli.run("-f", "json", "status").stdout)["partitions_below_quorum"] > 0)
        cli.text("--timeout", "1s", "put", "k", "strict", code=UNAVAILABLE)
        told = cli.run("put", "--sloppy", "k", "sloppy")
        self.assertEqual(told.returncode, OK, told.stderr)
        self.assertIn("other node", told.stderr.decode())
        self.assertEqual(cli.text("-r", "one", "get", "k"), "sloppy\n")
        for node in away:
            node.start()
            node.wait_for("ready:")
        for node in away:
            with node.connect(30) as client:
                self.wait_until(lambda: client.get("k", r=1)[b"values"] == [b"sloppy"])

    def test_a_node_joins_and_leaves_from_the_terminal(self):
        nodes = self.cluster()
        cli = Cli(nodes[0])
        new = self.node("node4", cluster__seeds=nodes[0].peer, cluster__join="manual").start()
        self.wait_until(lambda: [each["name"] for each in cli.json("status")["waiting"]] == ["node4"])
        self.wait_until(lambda: all(each["name"] for each in cli.json("status")["members"]))
        cli.text("-w", "all", "put", "big", "-", stdin=bytes(4_000_000))  # the node that is asked goes by what it has
        plan = cli.json("cluster", "join", "node4", "--dry-run")
        self.assertEqual(plan["moving"], 192)
        # A quarter of everything goes to the new node, which is three of its twelve quarters.
        self.assertAlmostEqual(sum(move["bytes"] for move in plan["moves"]), 3_000_000, delta=1_000_000)
        self.assertIn("replicas of partitions move, about ", cli.text("cluster", "join", "node4", "--dry-run"))
        self.assertEqual(cli.json("status")["epoch"], 1)
        self.assertIn("(did you mean 'node3'?)", cli.run("cluster", "leave", "nod3").stderr.decode())
        cli.text("cluster", "join", "node4", "--wait")
        self.assertEqual(sum(each["in_ring"] for each in cli.json("status")["members"]), 4)
        Cli(new).text("cluster", "leave", "node4", "--wait")
        self.assertEqual(new.process.wait(harness.PATIENCE), 0)
        self.wait_until(lambda: cli.run("status").returncode == OK)
        self.assertIn("No members any more: node4 (left)", cli.text("status"))

    def test_a_read_of_nodes_that_hang_ends_in_time_and_says_so(self):
        nodes = self.cluster(gossip__probe_period="30s")  # they hang, and nobody has found out
        cli = Cli(nodes[0])
        cli.text("put", "k", "v")
        for node in nodes[1:]:
            node.process.send_signal(signal.SIGSTOP)  # a kill ends it all the same
        began = time.monotonic()
        done = cli.run("--timeout", "2s", "get", "k")
        self.assertLess(time.monotonic() - began, 30)  # after 2 s, as soon as the machine lets it
        self.assertEqual(done.returncode, TIMED_OUT, done.stderr)
        self.assertIn(b"--timeout", done.stderr)
        self.assertEqual(done.stdout, b"")

    def status(self, cli):
        """Of a cluster that need not be well."""
        return json.loads(cli.run("-f", "json", "status").stdout)

    def test_a_benchmark_of_every_workload_sees_no_stale_read_and_no_error(self):
        nodes = self.cluster()
        common = [KVBENCH, "--nodes", ",".join(address(node) for node in nodes), "--keys", "2000", "--closed", "--json", "--timeout", "30s",
                  "--connections", "12", "--pipeline", "2", "--cpu-of", ",".join(str(node.process.pid) for node in nodes)]
        for workload in ["load", "put", "get", "a", "b", "c", "d", "f"]:
            done = subprocess.run([*common, "--workload", workload, "--operations", "2000"], capture_output=True, text=True,
                                  timeout=harness.PATIENCE)
            self.assertEqual(done.returncode, 0, (workload, done.stdout, done.stderr))
            report = json.loads(done.stdout)
            self.assertEqual((report["done"], report["errors"], report["stale_reads"]), (2000, {}, 0), workload)
            self.assertGreater(report["cpu_us_per_operation"], 0)

    def test_an_offer_that_cannot_be_kept_is_a_failure(self):
        nodes = self.cluster()
        offer = [KVBENCH, "--nodes", address(nodes[0]), "--workload", "get", "--rate", "50", "--time", "1s", "--keys", "100"]

        def kept():
            done = subprocess.run(offer, capture_output=True, text=True, timeout=harness.PATIENCE)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            return done.returncode == 0

        self.wait_until(kept)  # a machine that stands still for a moment cannot keep it either
        nodes[1].kill()
        nodes[2].kill()
        self.assertFalse(kept())


class NoNode(unittest.TestCase):
    def test_without_a_node_the_error_says_how_to_start_one(self):
        nobody = f"127.0.0.1:{next(harness.PORTS)}"
        began = time.monotonic()
        done = subprocess.run([KVCLI, "-n", nobody, "--timeout", "60s", "get", "k"], capture_output=True, text=True,
                              timeout=harness.PATIENCE)
        self.assertLess(time.monotonic() - began, 30)  # at once, and not only when the time is up
        self.assertEqual(done.returncode, ERROR)
        self.assertIn("kvnode", done.stderr)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    harness.main()
