"""Clients that nobody wrote for Starling: they know MessagePack-RPC, and docs/protocol.md."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import harness

HERE = pathlib.Path(__file__).parent


class Strangers(harness.SystemTest):
    def use(self, command, **environment):
        """Runs a client against a node of three. It checks what it reads, and ends with 0 if all of it was right."""
        host, port = self.cluster()[1].client
        done = subprocess.run([*command, f"{host}:{port}"], capture_output=True, text=True, timeout=harness.PATIENCE,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("resolved", done.stdout)

    def test_a_python_client_gets_puts_and_resolves_siblings(self):
        self.use([sys.executable, str(HERE / "python_client.py")])

    @unittest.skipUnless(shutil.which("npm"), "there is no npm here")
    def test_a_node_js_client_gets_puts_and_resolves_siblings(self):
        fetched = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(self.root),
                                  "msgpack5rpc"], capture_output=True, text=True)
        if fetched.returncode != 0:
            self.skipTest(f"npm cannot fetch msgpack5rpc from here: {fetched.stderr}")
        self.use(["node", str(HERE / "node_client.js")], NODE_PATH=str(self.root / "node_modules"))


if __name__ == "__main__":
    harness.main()
