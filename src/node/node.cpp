#include "node/node.hpp"

#include "node/events.hpp"
#include "node/rooms.hpp"

namespace starling::node {

Node::Node(Config config, storage::BootRecord boot, Random random)
    : rooms_(std::make_unique<Rooms>(std::move(config), std::move(boot), random)) {}

Node::~Node() = default;

void Node::start(Instant now, port::Outbox& out) {
  const std::size_t effects_before = out.effects().size();
  rooms_->start(now, out);
  if (rooms_->life != Rooms::Life::halted) rooms_->after_step(effects_before, now, out);
}

void Node::step(port::Event event, Instant now, port::Outbox& out) {
  if (rooms_->life == Rooms::Life::halted) return;
  const std::size_t effects_before = out.effects().size();
  std::visit(EventDispatch{*rooms_, now, out}, std::move(event));
  rooms_->after_step(effects_before, now, out);
}

}  // namespace starling::node
