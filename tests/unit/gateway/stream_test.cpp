#include <doctest/doctest.h>

#include <ctime>

#include "base/random.hpp"
#include "test_client.hpp"

using namespace starling;
using namespace starling::gateway;

namespace {

Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(at, 2)), nullptr, 16));
  return bytes;
}

std::string get_answer(std::uint64_t msgid, std::string_view value) {
  return "[1," + std::to_string(msgid) + R"(,null,{"found":true,"values":[")" + std::string(value) +
         R"("],"context":"c"}])";
}
port::GetReply get_reply(Bytes value) { return {.values = {std::move(value)}, .context = "c"}; }

}  // namespace

TEST_CASE("the exchange that docs/protocol.md shows, byte by byte") {
  const Bytes context = from_hex("1d454fad94b26dec4fc564d1c38f4d9501017a04b71b97325d5801");
  TestClient client;
  client.send(from_hex("940001a66b762e70757493a86772656574696e67c40568656c6c6f81a17701"));
  CHECK(client.newest<port::PutRequest>().key.key() == "greeting");
  CHECK(client.newest<port::PutRequest>().value == "hello");
  CHECK(client.newest<port::PutRequest>().w.number == 1);
  client.session.reply(client.asked.at(0).id, port::PutReply{.siblings = 1, .context = context});
  CHECK(client.take_bytes() == from_hex("940101c082a87369626c696e677301a7636f6e74657874c41b") + context);

  client.send(from_hex("940002a66b762e67657491a86772656574696e67"));
  client.session.reply(client.asked.at(1).id, port::GetReply{.values = {"hello"}, .context = context});
  CHECK(client.take_bytes() ==
        from_hex("940102c083a5666f756e64c3a676616c75657391c40568656c6c6fa7636f6e74657874c41b") + context);

  client.send(from_hex("940003a66b762e67657492a86772656574696e6781a17200"));
  CHECK(client.take_bytes() == from_hex("940103be494e56414c49442072206d7573742062652066726f6d203120746f203136c0"));
}

TEST_CASE("requests may be pipelined and answered in any order") {
  TestClient client;
  client.send(request(1, "kv.get", array("a")) + request(2, "kv.get", array("b")) + request(3, "ping", array()));
  REQUIRE(client.asked.size() == 2);
  CHECK(client.answers() == R"([1,3,null,"pong"])");
  client.session.reply(client.asked[1].id, get_reply("B"));
  client.session.reply(client.asked[0].id, get_reply("A"));
  CHECK(client.answers() == get_answer(2, "B") + "\n" + get_answer(1, "A"));
}

TEST_CASE("two requests with one msgid get two responses") {
  TestClient client;
  client.call(1, "kv.get", array("a"));
  client.call(1, "kv.get", array("b"));
  CHECK(client.answer_with(get_reply("A")) == get_answer(1, "A"));
  CHECK(client.answer_with(get_reply("B")) == get_answer(1, "B"));
}

TEST_CASE("notifications are ignored, those that would be requests too") {
  TestClient client;
  client.send(array(2, bin("nvim_set_client_info"), array("x", map())).bytes);
  client.send(array(2, "kv.put", array("k", "v")).bytes);
  client.send(array(2, 17, 18).bytes);
  CHECK(client.asked.empty());
  CHECK(client.answer_to(1, "ping", array()) == R"([1,1,null,"pong"])");
}

TEST_CASE("bytes mean the same however they are cut") {
  Random random(1);
  Bytes stream;
  for (std::uint64_t i = 0; i < 60; ++i) {
    switch (random.below(5)) {
      case 0: stream += request(i, "ping", array()); break;
      case 1: stream += request(i, "kv.get", array(bin(Bytes(1 + random.below(300), 'k')), map("r", "one"))); break;
      case 2: stream += request(i, "kv.put", array("k", bin(Bytes(random.below(5000), 'v')))); break;
      case 3: stream += request(i, "kv.get", array(7)); break;
      case 4: stream += array(2, "note", array()).bytes; break;
    }
  }
  stream += "\xc1 and what follows is not looked at";
  const SessionLimits unhurried{.in_flight_pause = 1000};
  TestClient whole(unhurried);
  whole.send(stream);
  for (std::size_t piece_max : {1UL, 3UL, 100UL}) {
    TestClient cut(unhurried);
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t piece = std::min(1 + random.below(piece_max), stream.size() - at);
      cut.send(BytesView(stream).substr(at, piece));
      at += piece;
    }
    CHECK(cut.session.closing());
    CHECK(cut.asked.size() == whole.asked.size());
    Bytes output;
    whole.session.take_output(output);
    whole.session.wrote(output.size());
    CHECK(cut.take_bytes() == output);
    whole = TestClient(unhurried);
    whole.send(stream);
  }
}

TEST_CASE("a request with any byte changed is answered, refused or waited for") {
  const std::vector<Bytes> requests{
      request(1, "kv.get", array("k", map("r", 1, "bucket", "b"))),
      request(2, "kv.put", array("k", bin("v"), map("context", bin("c"), "w", "all", "request_id", 7))),
      request(3, "kv.mput", array(array(array("a", "1"), array("b", "2", bin("c"))))),
      request(4, "kv.scan", array(map("limit", 5, "keys_only", true)))};
  for (const Bytes& whole : requests) {
    for (std::size_t place = 0; place < whole.size(); ++place) {
      for (unsigned flip = 1; flip < 256; ++flip) {
        Bytes damaged = whole;
        damaged[place] = static_cast<char>(static_cast<unsigned char>(damaged[place]) ^ flip);
        TestClient client;
        client.send(damaged);
        std::string answer = client.answers();
        while (!client.asked.empty()) answer += client.answer_with(port::Failure{});
        CHECK((answer.empty() || answer.starts_with("[1,")));
        const bool is_notification = damaged[1] == 2;
        CHECK((!answer.empty() || client.session.mid_message() || is_notification));
      }
    }
  }
}

TEST_CASE("a stranger is recognised byte by byte too") {
  TestClient client;
  for (const char byte : std::string_view("POST")) client.send({&byte, 1});
  CHECK(client.session.closing());
  CHECK(client.take_bytes().starts_with("HTTP/1.1 400"));
}

TEST_CASE("a large request that comes in small pieces costs linear time") {
  const Bytes bytes = request(1, "kv.put", array("k", bin(Bytes(8 * 1024 * 1024, 'v'))));
  TestClient client;
  const std::clock_t start = std::clock();  // the time of this process: a busy machine has no part in it
  for (std::size_t at = 0; at < bytes.size(); at += 64) {
    CHECK_MESSAGE(client.asked.empty(), "asked too early");
    client.send(BytesView(bytes).substr(at, 64));
  }
  CHECK(client.asked.size() == 1);
  CHECK(!client.session.mid_message());
  CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC);
}

TEST_CASE("the driver can see that a message is incomplete") {
  TestClient client;
  const Bytes bytes = request(1, "ping", array());
  CHECK(!client.session.mid_message());
  client.send(bytes.substr(0, 5));
  CHECK(client.session.mid_message());
  CHECK(client.session.buffered_bytes() == 5);
  client.send(bytes.substr(5));
  CHECK(!client.session.mid_message());
  CHECK(client.session.buffered_bytes() == 0);
}

TEST_CASE("the bytes of unanswered requests are bounded, and a single one always has room") {
  TestClient client({.in_flight_pause_bytes = 1000});
  auto put = [](std::uint64_t msgid, std::size_t bytes) {
    return request(msgid, "kv.put", array("k", bin(Bytes(bytes, 'v'))));
  };
  client.send(put(1, 2000) + put(2, 700) + put(3, 700) + put(4, 700));
  CHECK(client.asked.size() == 1);
  CHECK(!client.session.wants_input());
  client.answer_with(port::PutReply{.siblings = 1, .context = "c"});
  REQUIRE(client.session.wants_input());
  client.send({});
  CHECK(client.asked.size() == 2);

  TestClient batch({.in_flight_pause_bytes = 1000});
  batch.call(1, "kv.mput", array(array(array("a", bin(Bytes(1500, 'v'))), array("b", "2"))));
  CHECK(!batch.session.wants_input());
  batch.answer_with(port::PutReply{.siblings = 1, .context = "c"});
  CHECK(batch.session.wants_input());
}

TEST_CASE("a client that does not read is asked for no more, then gets words instead of values") {
  TestClient client({.output_pause_bytes = 100, .output_bytes_max = 250});
  for (std::uint64_t msgid = 1; msgid <= 4; ++msgid) client.call(msgid, "kv.get", array("k"));
  client.call(5, "kv.put", array("k", "v"));
  CHECK(client.session.wants_input());
  Bytes socket;
  for (std::size_t i = 0; i < 3; ++i) {
    client.session.reply(client.asked[i].id, get_reply(Bytes(80, 'v')));
    client.session.take_output(socket);
  }
  CHECK(client.session.unread_bytes() == socket.size());
  CHECK(client.session.unread_bytes() > 250);
  CHECK(!client.session.wants_input());

  client.session.reply(client.asked[3].id, get_reply("v"));
  client.session.reply(client.asked[4].id, port::PutReply{.siblings = 1, .context = "c"});
  const std::size_t before = socket.size();
  client.session.take_output(socket);
  const Bytes last = socket.substr(before);
  CHECK(last.find("OVERLOADED") != Bytes::npos);
  // What became of a write is always told.
  CHECK(last.find("siblings") != Bytes::npos);

  client.session.wrote(socket.size());
  CHECK(client.session.unread_bytes() == 0);
  CHECK(client.session.wants_input());
}

TEST_CASE("what a client sends beyond its window waits in the input until half of the window is answered") {
  TestClient client({.in_flight_pause = 4});
  Bytes stream;
  for (std::uint64_t msgid = 1; msgid <= 6; ++msgid) stream += request(msgid, "kv.get", array("k"));
  client.send(stream);
  CHECK(client.asked.size() == 4);
  CHECK(!client.session.wants_input());
  CHECK(client.session.mid_message());

  client.session.reply(client.asked[0].id, get_reply("v"));
  CHECK(!client.session.wants_input());
  client.session.reply(client.asked[1].id, get_reply("v"));
  client.session.reply(client.asked[2].id, get_reply("v"));
  REQUIRE(client.session.wants_input());
  client.send({});
  CHECK(client.asked.size() == 6);
  CHECK(!client.session.mid_message());
  CHECK(client.session.in_flight() == 3);
}

TEST_CASE("a batch counts what it has gathered") {
  TestClient client({.output_bytes_max = 250});
  client.call(1, "kv.mget", array(array("a", "b")));
  client.call(2, "kv.get", array("c"));
  client.session.reply(client.asked[0].id, get_reply(Bytes(300, 'v')));
  client.session.reply(client.asked[2].id, get_reply("C"));
  CHECK(client.answers().starts_with(R"([1,2,"OVERLOADED)"));
  client.session.reply(client.asked[1].id, port::GetReply{.values = {}, .context = "c"});
  client.answers();
  client.asked.clear();
  client.call(3, "kv.get", array("c"));
  CHECK(client.answer_with(get_reply("C")) == get_answer(3, "C"));
}

TEST_CASE("answers that come after the end are dropped") {
  TestClient client;
  client.call(1, "kv.get", array("a"));
  client.send("\xc1");
  client.answers();
  CHECK(client.answer_with(get_reply("A")).empty());
}
