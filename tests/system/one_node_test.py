"""One node alone: it starts, serves, stops, keeps its data, and refuses what it must in words."""

import socket
import subprocess

import harness


class OneNode(harness.SystemTest):
    def test_it_serves_as_soon_as_it_says_that_it_is_ready(self):
        node = self.lone_node()
        with node.connect() as client:
            self.assertEqual(client.call("ping"), b"pong")
            self.assertFalse(client.get("k")[b"found"])
            client.put("k", "v")
            self.assertEqual(client.value("k"), b"v")

    def test_it_counts_what_happens_each_thing_under_one_name(self):
        node = self.lone_node()
        with node.connect() as client:
            stats = client.call("node.stats")
        self.assertEqual(stats[b"node_ready"], 1)
        self.assertEqual([name for name in stats if name.rpartition(b".")[2] == b"node_ready"], [b"node_ready"])

    def test_two_blind_writes_are_siblings_until_one_resolves_them(self):
        node = self.lone_node()
        with node.connect() as client:
            client.put("cart", "milk")
            client.put("cart", "bread")
            both = client.get("cart")
            self.assertEqual(sorted(both[b"values"]), [b"bread", b"milk"])
            client.put("cart", "milk, bread", context=both[b"context"])
            self.assertEqual(client.value("cart"), b"milk, bread")

    def test_a_clean_stop_keeps_the_data_and_says_so(self):
        node = self.lone_node()
        with node.connect() as client:
            for i in range(100):
                client.put(f"k{i}", f"v{i}")
        self.assertEqual(node.stop(), 0)
        self.assertIn("stopped", node.log_text())
        node.start("ready:")
        self.assertNotIn("not a clean one", node.log_text())
        with node.connect() as client:
            for i in range(100):
                self.assertEqual(client.value(f"k{i}"), f"v{i}".encode())

    def test_killed_at_once_after_an_acknowledgement_it_still_has_the_write(self):
        node = self.lone_node()
        for i in range(5):
            with node.connect() as client:
                client.put(f"k{i}", "v")
                node.kill()
            node.start("ready:")
        with node.connect() as client:
            for i in range(5):
                self.assertEqual(client.value(f"k{i}"), b"v")

    def test_a_second_process_on_one_directory_is_refused_and_the_first_goes_on(self):
        first = self.lone_node()
        second = self.node("second")
        second.settings["node.data_dir"] = first.settings["node.data_dir"]
        refused = subprocess.run(second.command(), capture_output=True, text=True, timeout=harness.PATIENCE)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(first.settings["node.data_dir"], refused.stderr)
        with first.connect() as client:
            client.put("k", "v")

    def test_an_address_in_use_is_named(self):
        first = self.lone_node()
        second = self.node("second", listen__client="%s:%d" % first.client)
        refused = subprocess.run(second.command(), capture_output=True, text=True, timeout=harness.PATIENCE)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(first.settings["listen.client"], refused.stderr)
        self.assertIn("in use", refused.stderr)

    def test_a_service_manager_is_told(self):
        path = str(self.root / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(harness.PATIENCE)
            node = self.node("alone")
            process = subprocess.Popen(node.command(), env={"NOTIFY_SOCKET": path}, stderr=subprocess.DEVNULL)
            try:
                self.assertEqual(manager.recv(100), b"READY=1")
                process.terminate()
                self.assertEqual(manager.recv(100), b"STOPPING=1")
                self.assertEqual(process.wait(harness.PATIENCE), 0)
            finally:
                process.kill()
                process.wait()

    def test_a_thousand_idle_connections_cost_little_memory(self):
        node = self.lone_node()
        with node.connect() as client:
            client.put("k", "v" * 100)
        before = node.resident_bytes()
        clients = [node.connect() for _ in range(1000)]
        for client in clients:
            self.assertEqual(client.value("k"), b"v" * 100)
        grown = node.resident_bytes() - before
        print(f"1,000 idle connections cost {grown / 2**20:.1f} MiB")
        self.assertLess(grown, 32 << 20)
        for client in clients:
            client.close()


class Configuration(harness.SystemTest):
    def refused(self, *words, toml=None):
        arguments = [harness.KVNODE, *words]
        if toml is not None:
            path = self.root / "node.toml"
            path.write_text(toml)
            arguments += ["--config", str(path)]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=harness.PATIENCE,
                              cwd=self.root)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def test_an_unknown_key_is_an_error_with_the_line_and_the_nearest_key(self):
        error = self.refused(toml='[node]\nname = "a"\n[listen]\ncleint = "127.0.0.1:1"\n')
        self.assertIn("node.toml:4", error)
        self.assertIn("'listen.client'", error)

    def test_an_unknown_flag_is_an_error_with_the_nearest_key(self):
        self.assertIn("'node.data_dir'", self.refused("--node.datadir", "x"))

    def test_an_open_address_is_refused_with_the_reason(self):
        self.assertIn("listen.insecure", self.refused("--listen.client", "192.0.2.1:4701"))

    def test_a_missing_file_is_named(self):
        self.assertIn("nowhere.toml", self.refused("--config", "nowhere.toml"))


class WrongDoors(harness.SystemTest):
    """Whoever comes to the wrong port is told so."""

    def said_to(self, address, data):
        with socket.create_connection(address, timeout=harness.PATIENCE) as connection:
            connection.sendall(data)
            answer = b""
            while chunk := connection.recv(4096):
                answer += chunk
            return answer

    def test_http_is_answered_as_http_on_both_ports(self):
        node = self.lone_node()
        host, port = node.peer.split(":")
        for address in (node.client, (host, int(port))):
            answer = self.said_to(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 400"), answer)
            self.assertIn(b"Starling", answer)

    def test_a_client_on_the_peer_port_is_told_where_to_go(self):
        node = self.lone_node()
        host, port = node.peer.split(":")
        with harness.Client((host, int(port))) as client:
            with self.assertRaisesRegex(harness.RpcError, "listen.client"):
                client.socket.sendall(harness.msgpack.packb([0, 0, "ping", []]))
                raise harness.RpcError(client.receive()[2].decode())

    def test_half_a_hello_on_the_peer_port_is_cut_off(self):
        node = self.lone_node()
        host, port = node.peer.split(":")
        with socket.create_connection((host, int(port)), timeout=harness.PATIENCE) as connection:
            connection.sendall(b"\x00\x00")
            self.assertEqual(connection.recv(100), b"")  # after 5 s, as soon as the machine lets it


if __name__ == "__main__":
    harness.main()
