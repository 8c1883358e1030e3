#include "transfer/heir.hpp"

namespace starling::transfer {

void Heir::on_message(NodeId from, wire::LeftoverOffer offer, Step& step) {
  if (auto admitted = asked_.admit(offer.epoch, step); !admitted)
    return refuse(from, offer, std::move(admitted.error()), step);
  auto theirs = from_wire(offer.views, step.view.ring.partitions_of(step.self));
  if (!theirs) return refuse(from, offer, std::move(theirs.error()), step);
  storage::Survey survey;
  for (const TheirView& view : *theirs) survey.partitions.push_back(view.partition);
  asked_.look_up(from, step.config.patience, std::move(offer), std::move(survey), step);
}

bool Heir::on_storage(port::Ticket ticket, Result<storage::Answer>& found, Step& step) {
  return asked_.on_storage(ticket, found, step, [&](NodeId from, const wire::LeftoverOffer& offer, auto& ours) {
    answer(from, offer, expect<storage::SurveyAnswer>(ours), step);
  });
}

void Heir::answer(NodeId from, const wire::LeftoverOffer& offer, storage::SurveyAnswer& ours, Step& step) {
  auto theirs = from_wire(offer.views, step.view.ring.partitions_of(step.self));
  if (!theirs) return refuse(from, offer, {ErrorCode::stale_ring, "the ring has changed meanwhile"}, step);
  wire::LeftoverReply reply{.request = offer.request, .error = {}, .covered = {}};
  Lacking lacking{from, {}};
  for (std::size_t i = 0; i < theirs->size(); ++i)
    if (ours.partitions[i].seen.covers((*theirs)[i].seen))
      reply.covered.push_back(ours.partitions[i].partition);
    else
      lacking.views.push_back(std::move((*theirs)[i]));
  lacking_ = std::move(lacking);
  step.out.send(from, std::move(reply));
}

}  // namespace starling::transfer
