#include "membership/view.hpp"

#include <fmt/format.h>

#include "membership/precedence.hpp"

namespace starling::membership {

using port::NoticeKind;
using port::Severity;
using wire::MemberState;
using wire::MemberUpdate;

namespace {

std::string described(const MemberUpdate& member) {
  return fmt::format("{} ({} at {})", member.name.empty() ? "a node" : member.name, to_string(member.node),
                     to_string(member.peer));
}

}  // namespace

View::View(const Profile& profile, MemberUpdate self)
    : profile_(profile), self_(std::move(self)), suspicions_(profile) {}

void View::remember(const MemberUpdate& known, port::Outbox& out) {
  if (!is_well_formed(known)) return;
  if (known.node == self_.id()) return self_.outlive(known);
  MemberUpdate believed = known;
  // Whoever was suspected then gets a fair chance now: our probes will tell.
  if (believed.state == MemberState::suspect) believed.state = MemberState::alive;
  const auto change = members_.merge(canonical(std::move(believed)));
  if (change.moved) out.add(port::Introduce{known.node, members_.find(known.node)->peer});
}

Members::Change View::hear(const MemberUpdate& said, Instant now, port::Outbox& out) {
  if (!is_well_formed(said)) return {};
  if (said.node == self_.id()) {
    hear_of_ourselves(said, out);
    return {};
  }
  const auto change = members_.merge(said);
  if (!change.changed) return change;
  const MemberUpdate& member = *members_.find(said.node);
  news_.enqueue(member.node);
  follow_suspicion(member, change.is_fresh, now);
  if (change.moved) out.add(port::Introduce{member.node, member.peer});
  if (change.is_durable()) ++book_version_;
  tell(member, change, out);
  return change;
}

void View::accuse(NodeId node, Instant now, port::Outbox& out) {
  const MemberUpdate* member = members_.find(node);
  if (!member || !is_live(member->state)) return;
  MemberUpdate accusation = *member;
  accusation.state = MemberState::suspect;
  accusation.accusers = {self_.id()};
  hear(accusation, now, out);
}

void View::bury_expired(Instant now, port::Outbox& out) {
  for (const NodeId node : suspicions_.take_expired(now)) {
    MemberUpdate verdict = *members_.find(node);
    verdict.state = MemberState::dead;
    hear(verdict, now, out);
  }
}

void View::on_stall(Duration stall, port::Outbox& out) {
  suspicions_.postpone(stall);
  out.notice(NoticeKind::stalled, Severity::warning, {},
             fmt::format("this process did not run for {} ms; what it concluded meanwhile about others is dropped",
                         std::chrono::duration_cast<std::chrono::milliseconds>(stall).count()));
  feel_worse(out);
}

void View::leave() {
  self_.leave();
  announce_ourselves();
  ++book_version_;
}

void View::feel_worse(port::Outbox& out) {
  if (health_.worsen()) out.notice(NoticeKind::health_changed, Severity::debug, {}, fmt::format("{}", health_.score()));
}

void View::feel_better(port::Outbox& out) {
  if (health_.improve())
    out.notice(NoticeKind::health_changed, Severity::debug, {}, fmt::format("{}", health_.score()));
}

const MemberUpdate* View::find(NodeId node) const {
  return node == self_.id() ? &self_.statement() : members_.find(node);
}

void View::hear_of_ourselves(const MemberUpdate& said, port::Outbox& out) {
  switch (self_.hear(said)) {
    case Self::Heard::known: return;
    case Self::Heard::stale: return announce_ourselves();
    case Self::Heard::copied: return stop_as_copy(said, out);
    case Self::Heard::outgrown:
      ++book_version_;
      out.notice(NoticeKind::refuted_suspicion, Severity::warning, {},
                 "others remember a later start of this node than its data directory does: it was restored from an "
                 "older copy, and counts on from what they remember");
      return announce_ourselves();
    case Self::Heard::refuted:
      ++book_version_;
      feel_worse(out);
      out.notice(NoticeKind::refuted_suspicion, Severity::info, {}, "somebody could not reach us; we say we are alive");
      return announce_ourselves();
  }
}

void View::stop_as_copy(const MemberUpdate& said, port::Outbox& out) {
  if (is_copy_) return;
  is_copy_ = true;
  const auto words = fmt::format(
      "node {} also runs at {}: its data directory was copied. Let one of the two run; give the other an empty "
      "directory, and it is a node of its own. (After restoring a backup of this node: start it once more.)",
      to_string(self_.id()), to_string(said.peer));
  out.notice(NoticeKind::identity_copied, Severity::error, {}, words);
  out.add(port::Halt{.failed = true, .why = words});
}

void View::follow_suspicion(const MemberUpdate& member, bool is_fresh, Instant now) {
  if (is_fresh || member.state != MemberState::suspect) suspicions_.drop(member.node);
  if (member.state == MemberState::suspect) suspicions_.accuse(member.node, member.accusers.size(), size(), now);
}

void View::tell(const MemberUpdate& member, const Members::Change& change, port::Outbox& out) {
  const auto notice = [&](NoticeKind kind, Severity severity) {
    out.notice(kind, severity, member.node, described(member));
  };
  if (!change.before && change.is_live()) notice(NoticeKind::member_joined, Severity::info);
  if (change.before && change.moved) notice(NoticeKind::member_moved, Severity::info);
  if (change.before == change.after) return;
  switch (change.after) {
    case MemberState::alive:
      if (change.before) notice(NoticeKind::member_alive, Severity::info);
      return;
    case MemberState::suspect: return notice(NoticeKind::member_suspected, Severity::info);
    case MemberState::dead: return notice(NoticeKind::member_died, Severity::warning);
    case MemberState::left: return notice(NoticeKind::member_left, Severity::info);
  }
}

}  // namespace starling::membership
