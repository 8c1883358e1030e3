#include <doctest/doctest.h>

#include <cstring>

#include "test_client.hpp"
#include "wire/frame.hpp"

using namespace starling;
using namespace starling::gateway;

namespace {

/// The error of a request that is refused at once and leaves the session as it was.
std::string refused(std::string_view method, const Packed& params) {
  TestClient client;
  const std::string answer = client.answer_to(3, method, params);
  CHECK(client.asked.empty());
  CHECK(!client.session.closing());
  CHECK(client.answer_to(4, "ping", array()) == R"([1,4,null,"pong"])");
  CHECK(answer.starts_with(R"([1,3,")"));
  CHECK(answer.ends_with(R"(",null])"));
  return answer.size() < 14 ? answer : answer.substr(6, answer.size() - 13);
}

/// The last word to bytes that are no protocol of ours.
std::string last_word(BytesView bytes) {
  TestClient client;
  client.send(bytes);
  CHECK(client.session.closing());
  CHECK(client.asked.empty());
  CHECK(!client.session.mid_message());
  const std::string answer = client.answers();
  client.call(9, "ping", array());
  CHECK(!client.session.has_output());
  return answer;
}

bool mentions(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

template <std::size_t N>
Bytes raw(const char (&text)[N]) {
  return Bytes(text, N - 1);
}

}  // namespace

TEST_CASE("failures come as strings unless the client asked for maps") {
  const port::Failure failure{.error = {ErrorCode::in_doubt, "1 of 2 wrote it"}, .acked = {NodeId{5}}};
  TestClient client;
  client.call(1, "kv.put", array("k", "v"));
  CHECK(client.answer_with(failure) == R"([1,1,"IN_DOUBT 1 of 2 wrote it",null])");
  client.call(2, "hello", array(map("errors", "map")));
  client.answer_with(port::InfoReply{});
  client.call(3, "kv.put", array("k", "v"));
  CHECK(client.answer_with(failure) ==
        R"([1,3,{"code":9,"name":"IN_DOUBT","message":"1 of 2 wrote it","retryable":false,)"
        R"("acked":["0000000000000005"]},null])");
  client.call(4, "hello", array(map("errors", "string")));
  client.answer_with(port::InfoReply{});
  client.call(5, "kv.put", array("k", "v"));
  CHECK(client.answer_with(failure) == R"([1,5,"IN_DOUBT 1 of 2 wrote it",null])");
}

TEST_CASE("only what certainly did not happen and may yet succeed is called retryable") {
  TestClient client;
  client.call(1, "hello", array(map("errors", "map")));
  client.answer_with(port::InfoReply{});
  auto retryable = [&](ErrorCode code) {
    client.call(1, "kv.get", array("k"));
    return mentions(client.answer_with(port::Failure{.error = {code, ""}, .acked = {}}), R"("retryable":true)");
  };
  for (auto code : {ErrorCode::not_ready, ErrorCode::overloaded, ErrorCode::unavailable, ErrorCode::timed_out})
    CHECK(retryable(code));
  for (auto code : {ErrorCode::in_doubt, ErrorCode::invalid, ErrorCode::bad_context, ErrorCode::too_many_siblings,
                    ErrorCode::storage_failed, ErrorCode::disk_full})
    CHECK(!retryable(code));
}

TEST_CASE("unknown methods are unsupported") {
  CHECK(refused("kv.frobnicate", array()) == "UNSUPPORTED there is no method 'kv.frobnicate'");
  CHECK(refused("a\xff", array()) == "UNSUPPORTED there is no method 'a?'");
}

TEST_CASE("wrong types are malformed and change nothing") {
  CHECK(refused("kv.get", {"\x07"}) == "MALFORMED the parameters must be an array");
  CHECK(refused("kv.get", map()) == "MALFORMED the parameters must be an array");
  CHECK(mentions(refused("kv.get", array()), "MALFORMED this method takes 1 parameters"));
  CHECK(mentions(refused("kv.get", array("k", map(), 3)), "not 3 in all"));
  CHECK(refused("kv.get", array(7)) == "MALFORMED a key must be str or bin");
  CHECK(refused("kv.put", array("k", 7)) == "MALFORMED a value must be str or bin");
  CHECK(refused("kv.get", array("k", "no map")) == "MALFORMED the options must be a map");
  CHECK(refused("kv.get", array("k", array(1))) == "MALFORMED the options must be a map");
  CHECK(refused("kv.get", array("k", map(1, 2))) == "MALFORMED the name of an option must be a str");
  CHECK(refused("kv.get", array("k", map("r", true))) == "MALFORMED r must be an integer");
  CHECK(refused("kv.get", array("k", map("bucket", 1))) == "MALFORMED bucket must be str or bin");
  CHECK(refused("kv.get", array("k", map("timeout_ms", "1"))) == "MALFORMED timeout_ms must be an integer");
  CHECK(refused("kv.put", array("k", "v", map("context", 1))) == "MALFORMED context must be str or bin");
  CHECK(refused("kv.put", array("k", "v", map("request_id", true))) ==
        "MALFORMED request_id must be an integer, str or bin");
  CHECK(refused("kv.scan", array(map("keys_only", 1))) == "MALFORMED keys_only must be true or false");
  CHECK(refused("kv.mget", array("k")) == "MALFORMED the keys must be an array");
  CHECK(refused("cluster.init", array("127.0.0.1:1")) == "MALFORMED the founding peers must be an array");
}

TEST_CASE("an option that is there twice is malformed, a known one or not") {
  CHECK(refused("kv.get", array("k", map("r", 1, "r", 1))) == "MALFORMED the option 'r' is there twice");
  CHECK(refused("kv.get", array("k", map("x", 1, "y", 1, bin("x"), 2))) == "MALFORMED the option 'x' is there twice");
}

TEST_CASE("what is out of bounds is invalid, and the text has the bound") {
  CHECK(refused("kv.get", array("")) == "INVALID a key has 1 to 4096 bytes, not 0");
  CHECK(refused("kv.get", array(bin(Bytes(4097, 'k')))) == "INVALID a key has 1 to 4096 bytes, not 4097");
  CHECK(mentions(refused("kv.get", array("k", map("bucket", bin(Bytes(256, 'b'))))), "at most 255"));
  CHECK(refused("kv.get", array("k", map("r", 0))) == "INVALID r must be from 1 to 16");
  CHECK(refused("kv.get", array("k", map("r", -1))) == "INVALID r must be from 1 to 16");
  CHECK(refused("kv.put", array("k", "v", map("w", 0))) == "INVALID w must be from 1 to 16");
  CHECK(refused("kv.put", array("k", "v", map("w", "most"))) ==
        "INVALID w must be a number, 'one', 'quorum' or 'all', not 'most'");
  CHECK(refused("kv.get", array("k", map("timeout_ms", 0))) == "INVALID timeout_ms must be from 1 to 60000");
  CHECK(refused("kv.get", array("k", map("timeout_ms", 60'001))) == "INVALID timeout_ms must be from 1 to 60000");
  CHECK(refused("kv.put", array("k", "v", map("request_id", 0))) == "INVALID request_id must not be 0");
  CHECK(refused("kv.put", array("k", bin(Bytes(8 * 1024 * 1024 + 1, 'v')))) ==
        "INVALID the value has 8388609 bytes; at most 8388608 are allowed");
  CHECK(refused("kv.scan", array(map("limit", 0))) == "INVALID limit must be from 1 to 1000");
  CHECK(refused("kv.scan", array(map("bucket", raw("a\0b")))) == "INVALID a bucket's name has no zero byte");
  CHECK(refused("hello", array(map("errors", "loud"))) == "INVALID errors must be 'string' or 'map', not 'loud'");
  CHECK(mentions(refused("cluster.init", array(array("localhost:1"))), "INVALID 'localhost:1' is no peer address"));
}

TEST_CASE("the largest value is taken") {
  TestClient client;
  client.call(1, "kv.put", array("k", bin(Bytes(8 * 1024 * 1024, 'v'))));
  CHECK(client.newest<port::PutRequest>().value.size() == 8 * 1024 * 1024);
}

TEST_CASE("bombs are refused when their length is declared, with one last error") {
  CHECK(last_word("\xdd\xff\xff\xff\xff").starts_with(R"([1,0,"MALFORMED longer than)"));
  CHECK(last_word(raw("\x94\x00\x07\xa6kv.put\x92\xa1k\xc6\xff\xff\xff\xff"))
            .starts_with(R"([1,7,"MALFORMED longer than)"));
  CHECK(last_word(Bytes(5'000'000, '\x91')).starts_with(R"([1,0,"MALFORMED nested deeper than 8)"));
  CHECK(last_word(raw("\x94\x00\x07\xa4ping\x91\xc1")).starts_with(R"([1,7,"MALFORMED not MessagePack)"));
  CHECK(last_word(raw("\x94\x00\x07\xa4ping\x91\xd4\x01\x01")).starts_with(R"([1,7,"MALFORMED not MessagePack)"));
}

TEST_CASE("well-formed MessagePack that is no request gets one last error") {
  for (const Packed& message :
       {array(), array(0), array(0, 1, "ping"), array(0, 1, "ping", array(), 5), array(3, 1, "ping", array()),
        array(1, 1, nil(), "pong"), array("0", 1, "ping", array()), array(0, "1", "ping", array()),
        array(2, "ping", array(), 1), array(0, -1, "ping", array())})
    CHECK(mentions(last_word(message.bytes), "MALFORMED a request is [0, msgid, method, params]"));
  CHECK(mentions(last_word("\x07\x07\x07\x07"), "MALFORMED this is no MessagePack-RPC"));
  CHECK(mentions(last_word(request(1, "ping", array()).substr(0, 0) + "\x80\x80\x80\x80"), "MALFORMED"));
}

TEST_CASE("a method that is no text is malformed, and the session goes on") {
  TestClient client;
  client.send(array(0, 5, 17, array()).bytes);
  CHECK(client.answers() == R"([1,5,"MALFORMED the method must be a str",null])");
  CHECK(!client.session.closing());
}

TEST_CASE("garbage after good requests closes after their answers") {
  TestClient client;
  client.send(request(1, "ping", array()) + "\xc1");
  CHECK(client.answers() == "[1,1,null,\"pong\"]\n[1,0,\"MALFORMED not MessagePack, or an extension type\",null]");
  CHECK(client.session.closing());
}

TEST_CASE("HTTP is told in HTTP") {
  TestClient client;
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.session.closing());
  const Bytes answer = client.take_bytes();
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(mentions(answer, "speaks MessagePack-RPC, not HTTP"));
}

TEST_CASE("a peer is told that this is not its port") {
  Bytes hello;
  const std::size_t at = wire::begin_frame(hello);
  hello += wire::encode(wire::Hello{.cluster = {}, .node = NodeId{1}, .generation = {}, .peer = {}});
  wire::finish_frame(hello, at);
  CHECK(mentions(last_word(hello), "UNSUPPORTED this is the port for clients of a Starling node; peers meet"));
}

TEST_CASE("the driver may refuse a client in words") {
  TestClient client;
  client.session.refuse({ErrorCode::overloaded, "too many connections"});
  CHECK(client.session.closing());
  CHECK(client.answers() == R"([1,0,"OVERLOADED too many connections",null])");
}
