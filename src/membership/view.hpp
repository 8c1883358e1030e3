#pragma once

#include <cstdint>
#include <vector>

#include "membership/config.hpp"
#include "membership/dissemination.hpp"
#include "membership/health.hpp"
#include "membership/members.hpp"
#include "membership/self.hpp"
#include "membership/suspicion.hpp"
#include "port/outbox.hpp"

namespace starling::membership {

/// What we believe of everybody, and what follows when a belief changes: news to pass on, a
/// suspicion that begins or ends, an address to introduce, a notice. Every statement comes in
/// through hear(), wherever it is from; nothing here sends a datagram.
class View {
 public:
  View(const Profile& profile, wire::MemberUpdate self);

  /// What our own book says: believed, but no news to anybody.
  void remember(const wire::MemberUpdate& known, port::Outbox& out);
  Members::Change hear(const wire::MemberUpdate& said, Instant now, port::Outbox& out);
  /// Our own probe of a member failed: we are one of its accusers.
  void accuse(NodeId node, Instant now, port::Outbox& out);
  /// Whom to tell once more, before it is too late, that they are suspected.
  std::vector<NodeId> take_last_calls(Instant now) { return suspicions_.take_last_calls(now); }
  /// Declares dead whose suspicion nobody refuted in time.
  void bury_expired(Instant now, port::Outbox& out);
  /// We did not live for `stall`: nothing that we waited for in it counts.
  void on_stall(Duration stall, port::Outbox& out);
  void announce_ourselves() { news_.enqueue(self_.id()); }
  void leave();

  void feel_worse(port::Outbox& out);
  void feel_better(port::Outbox& out);

  const Self& self() const { return self_; }
  const Members& members() const { return members_; }
  const LocalHealth& health() const { return health_; }
  Dissemination& news() { return news_; }
  const Dissemination& news() const { return news_; }
  Instant next_judgement() const { return suspicions_.deadline(); }
  /// Ourselves included.
  const wire::MemberUpdate* find(NodeId node) const;
  /// Live members and ourselves: the n of every formula.
  std::size_t size() const { return members_.live().size() + 1; }
  /// Grows with each change that is worth keeping over a restart.
  std::uint64_t book_version() const { return book_version_; }

 private:
  void hear_of_ourselves(const wire::MemberUpdate& said, port::Outbox& out);
  void stop_as_copy(const wire::MemberUpdate& said, port::Outbox& out);
  void follow_suspicion(const wire::MemberUpdate& member, bool is_fresh, Instant now);
  void tell(const wire::MemberUpdate& member, const Members::Change& change, port::Outbox& out);

  Profile profile_;
  Self self_;
  Members members_;
  Suspicions suspicions_;
  Dissemination news_;
  LocalHealth health_;
  std::uint64_t book_version_{};
  bool is_copy_{};
};

}  // namespace starling::membership
