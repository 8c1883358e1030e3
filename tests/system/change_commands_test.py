"""kvcli's commands that change who is a member, against nodes that only say what a test has them say."""

import itertools
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import threading
import unittest

import msgpack

import harness

KVCLI = os.environ["KVCLI"]

OK, ERROR, USAGE, NOT_FOUND = range(4)


class ToldNode:
    """A node as far as a client can tell. `answers`: for each method a result, or what makes one of the parameters;
    an RpcError is the error."""

    def __init__(self, name, **answers):
        self.name = name
        self.asked = []
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.answers = {method.replace("_", ".", 1): told for method, told in answers.items()}
        self.answers["hello"] = {"node": ident(name)}
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.sockets.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        unpacker = msgpack.Unpacker(raw=False)
        try:
            while data := connection.recv(1 << 16):
                unpacker.feed(data)
                for _, msgid, method, params in unpacker:
                    connection.sendall(msgpack.packb([1, msgid, *self.answer(method, params)]))
        except OSError:
            pass

    def answer(self, method, params):
        if method not in ("hello", "cluster.ring", "cluster.status"):
            self.asked.append((method, params[:-1], {k: v for k, v in params[-1].items() if k != "timeout_ms"}))
        told = self.answers[method]
        try:
            return None, told(params) if callable(told) else told
        except harness.RpcError as error:
            return {"name": error.name, "message": str(error).split(" ", 1)[1]}, None

    def stop(self):
        for each in (self.listener, *self.sockets):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()


def ident(name):
    return name.encode().hex().ljust(16, "0")


def member(name, client="", **more):
    return {"id": ident(name), "name": name, "zone": "", "state": "alive", "peer": f"{name}.peer:1", "client": client,
            "generation": 1, "incarnation": 0, "weight": 1, "in_ring": True, "self": False, **more}


def status(members, epoch=5, change=None, waiting=(), problems=()):
    return {"ready": True, "cluster_id": "c" * 16, "epoch": epoch, "replicas": 3, "partitions": 256,
            "partitions_below_quorum": 0, "partitions_degraded": 0, "members": members, "change": change,
            "waiting": list(waiting), "problems": list(problems)}


def change(stage="read_old", arrived=0, arriving=64, **more):
    newcomer = {"node": ident("n4"), "arriving": arriving, "arrived": arrived, "rows": arrived * 10, "bytes": arrived * 1000000,
                "waits_for": [], "silent": False, **more}
    return {"stage": stage, "moving": 64, "since_ms": 12000, "joining": [ident("n4")], "leaving": [], "newcomers": [newcomer]}


def report(epoch=4, moving=64, further=0, **more):
    return {"epoch": epoch, "moving": moving, "moves_least": 60, "further_changes": further, "zones_before": 2, "zones_after": 3,
            "moves": [{"from": ident("n1"), "to": ident("n4"), "partitions": 60, "bytes": 1200000000},
                      {"from": ident("n2"), "to": "", "partitions": 4, "bytes": 0}],
            "loads": [{"node": ident("n1"), "name": "n1", "zone": "a", "before": 256, "after": 196},
                      {"node": ident("n2"), "name": "n2", "zone": "b", "before": 200, "after": 196},
                      {"node": ident("n4"), "name": "n4", "zone": "", "before": 0, "after": 60}], **more}


def in_turn(*answers):
    """One after the other; the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def refuse(words):
    def answer(_):
        raise harness.RpcError(words)
    return answer


three = [member("n1", self=True), member("n2"), member("n3")]
four = [*three, member("n4")]


class Commands(unittest.TestCase):
    def told(self, name="n1", **answers):
        ring = {"epoch": 5, "stage": "settled", "members": three, "assignment": [[0, 1, 2]], "moving": []}
        node = ToldNode(name, **{"cluster_ring": ring, "cluster_plan": report(moving=0), **answers})
        self.addCleanup(node.stop)
        return node

    def run_on(self, node, *words, code=OK, stdin=b""):
        done = subprocess.run([KVCLI, "-n", node.address, "--timeout", "60s", *words], input=stdin, capture_output=True,
                              timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, code, (done.stdout.decode(), done.stderr.decode()))
        return done.stdout.decode(), done.stderr.decode()

    def test_a_dry_run_shows_what_moves_and_how_the_load_is_spread(self):
        node = self.told(cluster_join=report(further=2))
        out, _ = self.run_on(node, "cluster", "join", "n4", "--dry-run")
        self.assertEqual(node.asked, [("cluster.join", [["n4"]], {"dry_run": True})])
        self.assertIn("64 replicas of partitions move, about 1.2 GB; with these members at least 60 have to.", out)
        rows = [line.split() for line in out.splitlines()]
        self.assertIn(["n1", "n4", "60", "1.2", "GB"], rows)
        self.assertIn(["n2", "-", "4", "-"], rows)
        self.assertIn(["n1", "a", "256", "196", ident("n1")], rows)
        self.assertIn("That takes 3 changes", out)
        self.assertIn("Partitions per node: 200 to 256 now, 60 to 196 afterwards.", out)
        self.assertIn("at least: 2 now, 3 afterwards", out)
        out, _ = self.run_on(node, "-f", "json", "cluster", "join", "n4", "--dry-run")
        self.assertEqual(json.loads(out)["moves"][0]["bytes"], 1200000000)

    def test_a_plan_asks_for_the_change_that_it_names(self):
        node = self.told(cluster_plan=report(), cluster_leave=report(), cluster_replace=report())
        self.run_on(node, "cluster", "plan")
        self.run_on(node, "cluster", "plan", "--leave", "n1,n2")
        self.run_on(node, "cluster", "plan", "--replace", "n1", "n4")
        self.assertEqual(node.asked, [("cluster.plan", [], {"dry_run": True}),
                                      ("cluster.leave", [["n1", "n2"]], {"dry_run": True}),
                                      ("cluster.replace", ["n1", "n4"], {"dry_run": True})])
        self.run_on(node, "cluster", "plan", "--join", "a", "--leave", "b", code=USAGE)

    def test_a_change_is_begun_and_goes_on_without_the_command(self):
        node = self.told(cluster_replace=report(), cluster_abort=report(epoch=7, moving=0))
        out, err = self.run_on(node, "cluster", "replace", "n1", "n4")
        self.assertEqual(node.asked[-1], ("cluster.replace", ["n1", "n4"], {}))
        self.assertEqual(out, "Begun: ring 4, 64 replicas of partitions move.\n")
        self.assertIn("cluster status --wait", err)
        self.assertEqual(self.run_on(node, "cluster", "abort")[0], "Aborted: ring 7.\n")

    def test_waiting_shows_how_it_goes_and_ends_when_the_ring_is_settled(self):
        node = self.told(cluster_join=report(), cluster_status=in_turn(
            *[status(three, 4, change(arrived=16 + i, arriving=48 - i)) for i in range(7)],
            status(three, 5, change("read_new", 64, 0)), status(four, 6)))
        out, err = self.run_on(node, "cluster", "join", "n4", "--wait")
        self.assertIn("16 of 64 partitions, 16 MB", err)
        # A node has said it, after 12 s: as many partitions again are as much time again, whatever the watch ran by.
        arrived, left = map(int, re.search(r"(1[7-9]|2\d) of 64 partitions, \d+ MB, .*/s, (\d+) s left\n", err).groups())
        self.assertAlmostEqual(left, 12 * (64 - arrived) / arrived, delta=1)
        self.assertIn("stage 2 of 2", err)
        self.assertIn("The ring is settled: ring 6.", err)
        self.assertEqual(out, "Begun: ring 4, 64 replicas of partitions move.\n")

    def test_what_a_stalled_change_waits_for_is_told_while_waiting(self):
        stalled = status(four, 4, change(arrived=16, waits_for=[ident("n2")]),
                         problems=[{"what": "n2 is down", "advice": "start it"}])
        node = self.told(cluster_status=stalled)
        waiting = subprocess.Popen([KVCLI, "-n", node.address, "status", "--wait"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(waiting.kill)
        said = [waiting.stderr.readline()]
        while said[-1] and not said[-1].startswith("Nothing"):
            said.append(waiting.stderr.readline())
        self.assertIn("16 of 80 partitions, 16 MB, 0 B/s\n", said)
        said += [waiting.stderr.readline() for _ in range(3)]
        self.assertEqual(said[-4:], ["Nothing has happened for 10 s.\n", "n4 waits for n2\n", "! n2 is down\n", "  → start it\n"])
        node.answers["cluster.status"] = status(four, 6)
        waiting.communicate(timeout=harness.PATIENCE)
        self.assertEqual(waiting.returncode, OK)

    def test_on_a_terminal_there_is_a_bar(self):
        node = self.told(cluster_join=report(), cluster_status=in_turn(
            status(three, 4, change(arrived=32, arriving=32)), status(four, 6)))
        code, heard = self.on_terminal(node, "cluster", "join", "n4", "--wait")
        self.assertEqual(code, OK)
        self.assertIn("[##########..........] 32 of 64 partitions, 32 MB", heard)

    def test_a_settled_ring_between_two_changes_of_a_series_is_not_the_end(self):
        node = self.told(cluster_join=report(further=1), cluster_plan=in_turn(report(), report(), report(moving=0)),
                         cluster_status=in_turn(status(three, 4, change()), status(four, 6), status(four, 6),
                                                status(four, 7, change()), status(four, 9)))
        _, err = self.run_on(node, "cluster", "join", "n4", "--wait")
        self.assertIn("The ring is settled: ring 9.", err)

    def test_a_change_that_somebody_aborts_has_failed(self):
        node = self.told(cluster_join=report(), cluster_status=in_turn(
            status(three, 4, change()), status([*three, member("n4", in_ring=False)], 6)))
        _, err = self.run_on(node, "cluster", "join", "n4", "--wait", code=ERROR)
        self.assertIn("n4 is no member", err)

    def test_where_the_asked_node_ends_another_member_is_asked(self):
        other = self.told("n2", cluster_status=in_turn(status([member("n2", self=True)], 6)))
        members = [member("n1", self=True), member("n2", other.address)]
        node = self.told(cluster_leave=report())

        asked = itertools.count()

        def tell_once(_):
            if next(asked) > 0:  # what was told the first time has arrived
                node.stop()
            return status(members, 4, change())

        node.answers["cluster.status"] = tell_once
        _, err = self.run_on(node, "cluster", "leave", "n1", "--wait")
        self.assertIn("The ring is settled: ring 6.", err)

    def test_where_the_asked_node_is_no_member_any_more_another_one_is_asked(self):
        other = self.told("n2", cluster_status=in_turn(status([member("n2", self=True)], 6)))
        members = [member("n1", self=True), member("n2", other.address)]
        left = [member("n1", self=True, in_ring=False), member("n2", other.address)]
        node = self.told(cluster_leave=report(), cluster_status=in_turn(status(members, 4, change()), status(left, 4, change())))
        _, err = self.run_on(node, "cluster", "leave", "n1", "--wait")
        self.assertIn("The ring is settled: ring 6.", err)

    def test_ctrl_c_ends_the_command_and_says_that_the_change_goes_on(self):
        node = self.told(cluster_join=report(), cluster_status=status(three, 4, change()))
        waiting = subprocess.Popen([KVCLI, "-n", node.address, "cluster", "join", "n4", "--wait"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.assertIn(b"Begun", waiting.stdout.readline())
        waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        _, err = waiting.communicate(timeout=harness.PATIENCE)
        self.assertEqual(waiting.returncode, ERROR)
        self.assertIn(b"goes on without this command", err)
        self.assertIn(b"cluster abort", err)

    def test_a_forced_removal_tells_its_price_and_asks(self):
        told = self.told(cluster_remove=report(may_be_lost="what only n2 and n3 had"))
        forced = ("cluster.remove", [["n2", "n3"]], {"force": True})
        dry = ("cluster.remove", [["n2", "n3"]], {"force": True, "dry_run": True})
        words = ("cluster", "remove", "n2", "n3", "--force")
        _, err = self.run_on(told, *words, code=USAGE)
        self.assertIn("What may be lost: what only n2 and n3 had", err)
        self.assertIn("--yes", err)
        self.assertEqual(self.on_terminal(told, *words, says="no\n")[0], ERROR)
        self.assertEqual(told.asked, [dry, dry])
        code, heard = self.on_terminal(told, *words, says="yes\n")
        self.assertEqual((code, told.asked[-1]), (OK, forced), heard)
        _, err = self.run_on(told, *words, "--yes")
        self.assertIn("What may be lost: what only n2 and n3 had", err)
        self.assertEqual(told.asked[-2:], [dry, forced])

    def test_what_the_node_refuses_is_said_in_its_words(self):
        node = self.told(cluster_join=refuse("NOT_FOUND there is no node 'm4'; did you mean 'n4'?"))
        _, err = self.run_on(node, "cluster", "join", "m4", code=NOT_FOUND)
        self.assertIn("did you mean 'n4'?", err)

    def test_a_change_in_doubt_is_no_write_in_doubt(self):
        node = self.told(cluster_join=refuse("IN_DOUBT no majority has answered"))
        _, err = self.run_on(node, "cluster", "join", "n4", code=5)
        self.assertIn("Whether it was done", err)

    def test_status_shows_the_change_who_waits_and_what_stalls(self):
        standing = lambda each: "joining" if each["name"] == "n4" else "active"
        ring = {"epoch": 5, "stage": "read_old", "members": [{**each, "standing": standing(each)} for each in four],
                "assignment": [[0], [1]], "moving": [{"partition": 1, "present": [1], "next": [3]}]}
        node = self.told(cluster_ring=ring, cluster_status=status(
            [*four, member("n0", in_ring=False, state="left")], 5, change(arrived=12, waits_for=[ident("n2"), ident("n3")]),
            waiting=[{"node": ident("n5"), "name": "n5", "peer": "127.0.0.1:9"}],
            problems=[{"what": "n2 is down", "advice": "start it"}]))
        out, _ = self.run_on(node, "cluster", "status", code=ERROR)
        rows = [line.split() for line in out.splitlines()]
        self.assertIn("Stage 1 of 2: writes go to both, reads to the old owners, for 12 s.", out)
        self.assertIn("n2 alive active 1 → 0 - n2.peer:1".split(), [row[:8] for row in rows])
        self.assertIn("n4 alive joining 0 → 1 - n4.peer:1".split(), [row[:8] for row in rows])
        self.assertIn("n4 12 of 76 120 12 MB 1.0 MB/s waits for n2, n3".split(), rows)
        self.assertIn(["n5", "127.0.0.1:9", ident("n5")], rows)
        self.assertIn("! n2 is down\n  → start it", out)
        self.assertIn("No members any more: n0 (left)", out)
        shown = json.loads(self.run_on(node, "-f", "json", "cluster", "status", code=ERROR)[0])
        self.assertEqual((shown["change"]["newcomers"][0]["arrived"], shown["waiting"][0]["name"]), (12, "n5"))
        out, _ = self.run_on(node, "ring", "--partitions")
        self.assertIn("moves: n2 → n4", out)

    def test_status_can_wait_for_the_end_too(self):
        node = self.told(cluster_status=in_turn(status(three, 4, change()), status(three, 6)))
        out, err = self.run_on(node, "status", "--wait")
        self.assertIn("0 of 64 partitions", err)
        self.assertTrue(out.startswith("All is well.\n"), out)

    def test_thirty_nodes_fit_on_a_screen(self):
        members = [member(f"n{i}", "127.0.0.1:4701") for i in range(30)]
        node = self.told(cluster_status=status(members, 5, change(arrived=12)))
        out, _ = self.run_on(node, "cluster", "status")
        self.assertLessEqual(len(out.splitlines()), 40)

    def on_terminal(self, node, *words, says=""):
        """The exit code, and all that is shown."""
        master, slave = pty.openpty()
        process = subprocess.Popen([KVCLI, "-n", node.address, "--timeout", "60s", *words], stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        os.write(master, says.encode())
        heard = ""
        for _ in harness.looks(every=0.02):
            if select.select([master], [], [], 0.1)[0]:
                try:
                    heard += os.read(master, 4096).decode()
                except OSError:
                    break  # all of it was read, and the other end is closed
        os.close(master)
        return process.wait(harness.PATIENCE), heard


if __name__ == "__main__":
    harness.main()
