#pragma once

#include <string>

#include "wire/messages.hpp"

namespace starling::membership {

/// What we say of ourselves, and how we answer what others say of us. Nobody else raises our
/// incarnation (SWIM §4.2); a later one refutes an accusation. The generation grows with each boot
/// and beats every incarnation of an earlier one.
class Self {
 public:
  explicit Self(wire::MemberUpdate statement);

  enum class Heard {
    known,     ///< nothing to answer
    stale,     ///< an accusation that we have answered already: whoever said it has not heard
    refuted,   ///< accused: we have raised our incarnation
    outgrown,  ///< others know a later life of ours than this directory does: we have gone past it
    copied,    ///< another process lives with our identity
  };
  Heard hear(const wire::MemberUpdate& said);

  /// The durable book knows an earlier life of this node: ours is later.
  void outlive(const wire::MemberUpdate& earlier);
  /// From here on everything we say is that we left.
  void leave();

  const wire::MemberUpdate& statement() const { return statement_; }
  NodeId id() const { return statement_.node; }
  bool has_left() const { return statement_.state == wire::MemberState::left; }

 private:
  Heard answer_later_life(const wire::MemberUpdate& said);
  bool answer(std::uint32_t incarnation);
  bool begin_generation_after(Generation earlier);

  wire::MemberUpdate statement_;
  bool has_outgrown_{};
};

}  // namespace starling::membership
