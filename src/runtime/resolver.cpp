#include "runtime/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/sockaddr.hpp"

namespace starling::runtime {

namespace {
constexpr std::uint64_t again_after_ms = 30'000;
}

struct Resolver::LookUp {
  uv_getaddrinfo_t request{};
  Resolver* owner{};  ///< null once nobody wants the answer
  std::string seed;
};

std::vector<Address> numeric_seeds(const std::vector<std::string>& seeds) {
  std::vector<Address> numeric;
  for (const std::string& seed : seeds)
    if (const auto address = parse_address(seed)) numeric.push_back(*address);
  return numeric;
}

Resolver::Resolver(Loop& loop, EventSink& sink, Log& log, const std::vector<std::string>& seeds)
    : loop_(loop), sink_(sink), log_(log), numeric_(numeric_seeds(seeds)), again_([&loop](uv_timer_t* timer) {
        return uv_timer_init(loop.get(), timer);
      }) {
  again_->data = this;
  std::ranges::copy_if(seeds, std::back_inserter(names_), [](const auto& seed) { return !parse_address(seed); });
}

Resolver::~Resolver() {
  for (LookUp* look_up : under_way_) {
    look_up->owner = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&look_up->request));
  }
}

void Resolver::start() {
  if (names_.empty()) return;
  uv_timer_start(
      again_.get(),
      [](uv_timer_t* timer) {
        auto* self = static_cast<Resolver*>(timer->data);
        if (self != nullptr && self->under_way_.empty()) self->look_up_all();
      },
      0, again_after_ms);
}

void Resolver::look_up_all() {
  found_ = numeric_;
  for (const std::string& name : names_) {
    auto look_up = std::make_unique<LookUp>();
    look_up->owner = this;
    look_up->seed = name;
    look_up->request.data = look_up.get();
    const std::size_t colon = name.rfind(':');
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    const int error = uv_getaddrinfo(
        loop_.get(), &look_up->request,
        [](uv_getaddrinfo_t* request, int status, addrinfo* answers) {
          std::unique_ptr<LookUp> owned(static_cast<LookUp*>(request->data));
          if (owned->owner != nullptr) owned->owner->on_answer(*owned, status, answers);
          uv_freeaddrinfo(answers);
        },
        name.substr(0, colon).c_str(), name.substr(colon + 1).c_str(), &hints);
    if (error == 0) under_way_.push_back(look_up.release());
  }
}

void Resolver::on_answer(const LookUp& look_up, int status, const addrinfo* answers) {
  if (status != 0) log_.warning(fmt::format("seed {} cannot be resolved: {}", look_up.seed, describe(status)));
  for (const addrinfo* answer = answers; answer != nullptr; answer = answer->ai_next)
    if (const Address address = to_address(answer->ai_addr)) found_.push_back(address);
  std::erase(under_way_, &look_up);
  if (under_way_.empty()) sink_.handle(port::SeedsResolved{found_});
}

}  // namespace starling::runtime
