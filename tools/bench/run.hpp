#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/lanes.hpp"
#include "bench/ledger.hpp"
#include "bench/mix.hpp"
#include "bench/pace.hpp"
#include "bench/plan.hpp"
#include "bench/tally.hpp"
#include "client/loop.hpp"

namespace starling::bench {

/// One run: draws operations at their pace, carries each through its requests, and tallies. All on
/// one loop and one thread, with a fixed number of slots for what is under way.
class Run final : private client::Endpoint::Listener {
 public:
  Run(const Plan& plan, std::vector<client::HostPort> nodes, api::RingInfo ring, Ledger& ledger);

  /// Connects, runs, waits for the last answers. An error in words if it could not begin.
  Result<Tally> go();

 private:
  enum class Stage : std::uint8_t { free, reading, writing };
  struct Operation {
    Stage stage{Stage::free};
    Mix::Drawn what;
    std::uint16_t generation{};  ///< tells an answer to an earlier use of the slot
    Lane* lane{};
    Instant intended, sent, last_sent;
    std::uint64_t version{};    ///< that it writes
    std::uint64_t must_show{};  ///< that its read may not miss
  };

  void on_usable(client::Endpoint& endpoint) override;
  void on_answer(client::Endpoint& endpoint, const client::Connection::Answer& answer) override;
  void on_unusable(client::Endpoint& endpoint, const std::string& why) override;

  void begin();
  void on_tick();
  /// Begins what is due, as far as there are slots.
  void pump();
  void start(std::size_t slot, Instant intended);
  void send_read(std::size_t slot, const std::string& key);
  void send_write(std::size_t slot, const std::string& key);
  void send(std::size_t slot, std::string_view key, std::string_view method, const Bytes& params);
  void on_read(std::size_t slot, wire::Reader result);
  void on_written(std::size_t slot, wire::Reader result);
  void note_siblings(std::size_t count);
  void finish(std::size_t slot);
  void fail_with(std::size_t slot, std::string_view error);
  void release(std::size_t slot);
  void expire_silent(Instant now);

  const Plan& plan_;
  Ledger& ledger_;
  Mix mix_;
  Random request_ids_;  ///< never those of another run: the nodes would know its writes again
  client::Loop loop_;
  Lanes lanes_;
  std::optional<Pace> pace_;  ///< once all are connected
  std::vector<Operation> operations_;
  std::vector<std::size_t> free_;
  Tally tally_;
  Instant begun_;
  Instant last_expiry_;
  std::string trouble_;
  client::Ticker ticker_;
};

}  // namespace starling::bench
