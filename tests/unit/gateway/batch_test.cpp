#include <doctest/doctest.h>

#include "test_client.hpp"

using namespace starling;
using namespace starling::gateway;

TEST_CASE("an mget becomes a get for each key, and one answer in the order of the keys") {
  TestClient client;
  client.call(5, "kv.mget", array(array("a", "b", "c"), map("r", "one", "bucket", "x")));
  REQUIRE(client.asked.size() == 3);
  CHECK(std::get<port::GetRequest>(client.asked[1].request).key == ring::Key::make("x", "b").value());

  client.session.reply(client.asked[2].id, port::GetReply{.values = {"C"}, .context = "c3"});
  client.session.reply(client.asked[0].id, port::GetReply{.values = {}, .context = "c1"});
  CHECK(!client.session.has_output());
  client.session.reply(client.asked[1].id, port::Failure{.error = {ErrorCode::unavailable, "too few"}, .acked = {}});
  CHECK(client.answers() ==
        R"([1,5,null,[[null,{"found":false,"values":[],"context":"c1"}],["UNAVAILABLE too few",null],)"
        R"([null,{"found":true,"values":["C"],"context":"c3"}]]])");
  CHECK(client.session.in_flight() == 0);
}

TEST_CASE("an mput has a context for each item that wants one") {
  TestClient client;
  client.call(5, "kv.mput",
              array(array(array("a", "1"), array("b", "2", bin("ctx")), array("c", "3", nil())), map("w", 2)));
  REQUIRE(client.asked.size() == 3);
  const auto& second = std::get<port::PutRequest>(client.asked[1].request);
  CHECK(second.value == "2");
  CHECK(second.context == std::optional<Bytes>("ctx"));
  CHECK(second.w.number == 2);
  CHECK(!std::get<port::PutRequest>(client.asked[2].request).context);
  CHECK(client.answer_with(port::PutReply{.siblings = 1, .context = "x"}).empty());
  CHECK(client.answer_with(port::PutReply{.siblings = 2, .context = {}}).empty());
  CHECK(
      client.answer_with(port::PutReply{.siblings = 1, .context = "y"}) ==
      R"([1,5,null,[[null,{"siblings":1,"context":"x"}],[null,{"siblings":2}],[null,{"siblings":1,"context":"y"}]]])");
}

TEST_CASE("two writes of one key in an mput have two request ids, the same at each repetition") {
  auto ids = [] {
    TestClient client;
    client.call(1, "kv.mput", array(array(array("a", "1"), array("a", "2")), map("request_id", 7)));
    return std::pair(std::get<port::PutRequest>(client.asked.at(0).request).request_id,
                     std::get<port::PutRequest>(client.asked.at(1).request).request_id);
  };
  CHECK(ids().first != ids().second);
  CHECK(ids() == ids());
}

TEST_CASE("an empty batch is answered at once") {
  TestClient client;
  CHECK(client.answer_to(1, "kv.mget", array(array())) == "[1,1,null,[]]");
  CHECK(client.answer_to(2, "kv.mput", array(array(), map())) == "[1,2,null,[]]");
}

TEST_CASE("one bad item refuses the whole batch before anything happens") {
  TestClient client;
  CHECK(client.answer_to(1, "kv.mget", array(array("a", ""))).starts_with(R"([1,1,"INVALID a key has 1 to 4096)"));
  CHECK(client.answer_to(2, "kv.mput", array(array(array("a", "1"), array("b"))))
            .starts_with(R"([1,2,"MALFORMED an item of kv.mput is)"));
  CHECK(client.answer_to(3, "kv.mget", array(list(std::vector<Packed>(1001, bin("k"))))) ==
        R"([1,3,"INVALID the keys are 1001; at most 1000 are allowed",null])");
  CHECK(client.asked.empty());
  client.call(4, "kv.mget", array(list(std::vector<Packed>(1000, bin("k")))));
  CHECK(client.asked.size() == 1000);
}

TEST_CASE("errors of items take the shape that the client chose") {
  TestClient client;
  client.call(1, "hello", array(map("errors", "map")));
  client.answer_with(port::InfoReply{});
  client.call(2, "kv.mget", array(array("a")));
  CHECK(client.answer_with(port::Failure{.error = {ErrorCode::timed_out, "late"}, .acked = {}}) ==
        R"([1,2,null,[[{"code":8,"name":"TIMED_OUT","message":"late","retryable":true,"acked":[]},null]]])");
}
