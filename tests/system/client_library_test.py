"""The C++ client library while the nodes under it are killed, stopped and started again."""

import json
import os
import signal
import subprocess
import time

import harness

STEADY_WRITER = os.environ["STEADY_WRITER"]


class ClientLibrary(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.three = self.cluster()
        addresses = ",".join(f"{node.client[0]}:{node.client[1]}" for node in self.three)
        self.writer = subprocess.Popen([STEADY_WRITER, addresses], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.writer.kill)

    def outcome(self):
        out, words = self.writer.communicate(timeout=harness.PATIENCE)
        self.assertEqual(self.writer.returncode, 0, words)
        counts = json.loads(out)
        self.assertGreater(counts.pop("done"), 100)
        self.assertEqual(counts, {"refused": 0, "in_doubt": 0, "lost": 0}, words)

    def test_kill_9_of_one_node_after_the_other_fails_no_call_and_loses_no_write(self):
        for node in self.three * 2:
            time.sleep(0.7)
            node.kill()
            time.sleep(0.7)
            node.start("ready:")
        self.outcome()

    def test_a_node_that_hangs_fails_no_call(self):
        for node in self.three:
            time.sleep(0.5)
            node.process.send_signal(signal.SIGSTOP)
            time.sleep(3)
            node.process.send_signal(signal.SIGCONT)
        time.sleep(0.5)
        self.outcome()


if __name__ == "__main__":
    harness.main()
