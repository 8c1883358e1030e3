#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "model.hpp"

using namespace starling;
using namespace starling::causal;

TEST_CASE("after every step of any history, siblings and contexts are what causal histories say") {
  CHECK(rc::check([] { arbitrary_model([](const Model& model) { RC_ASSERT(model.agrees()); }); }));
}

TEST_CASE("once everything has arrived in whatever order, all replicas hold what nobody has replaced") {
  CHECK(rc::check([] {
    Model model = arbitrary_model();
    model.deliver_all();
    RC_ASSERT(model.agrees());
    for (Model::Key key = 0; key < model.keys(); ++key) {
      const Model::Dots expected = model.survivors(key);
      const Object first = model.object(0, key);
      RC_ASSERT(first.siblings.size() == expected.size());
      for (const Sibling& sibling : first.siblings) RC_ASSERT(expected.contains(sibling.dot));
      for (std::size_t replica = 1; replica < model.replicas(); ++replica) {
        RC_ASSERT(model.object(replica, key).siblings == first.siblings);
        RC_ASSERT(digest(model.object(replica, key)) == digest(first));
      }
    }
  }));
}

TEST_CASE("what has arrived once changes nothing when it arrives again") {
  CHECK(rc::check([] {
    Model model = arbitrary_model();
    model.deliver_all();
    const Model before = model;
    model.deliver_all();
    for (std::size_t replica = 0; replica < model.replicas(); ++replica) {
      RC_ASSERT(model.state(replica) == before.state(replica));
      for (Model::Key key = 0; key < model.keys(); ++key)
        RC_ASSERT(model.row(replica, key) == before.row(replica, key));
    }
  }));
}
