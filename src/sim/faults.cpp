#include "sim/faults.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace starling::sim {

namespace {

class Drawing {
 public:
  Drawing(const World& world, Random& random, Duration length)
      : hosts_(world.hosts()), from_(world.now()), random_(random), length_(length) {}

  std::vector<Fault> draw(bool with_restores) {
    using Kind = void (Drawing::*)();
    for (Kind kind :
         {&Drawing::kill, &Drawing::kill, &Drawing::restart, &Drawing::cut_off, &Drawing::split, &Drawing::one_way,
          &Drawing::freeze, &Drawing::weather, &Drawing::slow_disk, &Drawing::broken_disk, &Drawing::move}) {
      if (random_.chance(2, 3)) continue;
      const std::uint64_t times = 1 + random_.below(4);
      for (std::uint64_t i = 0; i < times; ++i) {
        draw_times();
        host_ = random_.below(hosts_);
        (this->*kind)();
      }
    }
    for (std::uint64_t i = with_restores ? 1 + random_.below(3) : 0; i > 0; --i) {
      draw_times();
      host_ = 0;
      restore();
    }
    std::vector<Fault> list;
    for (auto& [at, fault] : faults_) list.push_back(std::move(fault));
    return list;
  }

 private:
  void draw_times() {
    begins_ = from_ + span(length_);
    ends_ = begins_ + (random_.chance(1, 5) ? span(length_) : span(4s));
  }

  Duration span(Duration most) { return Duration(random_.below(static_cast<std::uint64_t>(most.count()))); }

  void add(FaultKind kind, std::string what, std::function<void(World&)> begin, std::string mended,
           std::function<void(World&)> end) {
    faults_.emplace(begins_,
                    Fault{kind, begins_, ends_, std::move(what), std::move(mended), std::move(begin), std::move(end)});
  }

  void kill() {
    add(
        FaultKind::kill, fmt::format("n{} is killed", host_), [h = host_](World& w) { w.host(h).kill(); },
        fmt::format("n{} starts", host_), [h = host_](World& w) { w.host(h).start(); });
  }

  void restart() {
    add(
        FaultKind::restart, fmt::format("n{} is asked to stop", host_),
        [h = host_](World& w) { w.host(h).ask_to_stop(); }, fmt::format("n{} starts", host_),
        [h = host_](World& w) { w.host(h).start(); });
  }

  void restore() {
    const auto copy = std::make_shared<DirectoryCopy>();
    add(
        FaultKind::restore, fmt::format("a copy is made of the directory of n{}", host_),
        [h = host_, copy](World& w) { *copy = w.host(h).disk().copy(); },
        fmt::format("n{} is killed, and starts from that copy", host_),
        [h = host_, copy](World& w) {
          w.host(h).kill();
          w.host(h).disk().restore(*copy);
          w.host(h).start();
        });
  }

  void freeze() {
    add(
        FaultKind::freeze, fmt::format("n{} is frozen", host_), [h = host_](World& w) { w.host(h).freeze(); },
        fmt::format("n{} is thawed", host_), [h = host_](World& w) { w.host(h).thaw(); });
  }

  void cut_off() {
    std::set<HostIndex> side{host_};
    cut(FaultKind::isolation, side, true);
  }

  void split() {
    std::set<HostIndex> side;
    for (HostIndex host = 0; host < hosts_; ++host)
      if (random_.chance(1, 2)) side.insert(host);
    if (!side.empty() && side.size() < hosts_) cut(FaultKind::partition, side, true);
  }

  void one_way() { cut(FaultKind::one_way_partition, {host_}, false); }

  void cut(FaultKind kind, const std::set<HostIndex>& side, bool both_ways) {
    const auto each = [n = hosts_, side, both_ways](World& w, bool block) {
      for (HostIndex a : side) {
        for (HostIndex b = 0; b < n; ++b) {
          if (side.contains(b)) continue;
          block ? w.network().links().block(a, b) : w.network().links().unblock(a, b);
          if (both_ways) block ? w.network().links().block(b, a) : w.network().links().unblock(b, a);
        }
      }
    };
    std::string names;
    for (HostIndex host : side) names += fmt::format(" n{}", host);
    add(
        kind, fmt::format("{} from{} to the others is cut", both_ways ? "everything to and" : "everything", names),
        [each](World& w) { each(w, true); }, fmt::format("the cut around{} is mended", names),
        [each](World& w) { each(w, false); });
  }

  void weather() {
    Weather bad;
    bad.loss_per_mille = static_cast<std::uint32_t>(random_.below(200));
    bad.twice_per_mille = static_cast<std::uint32_t>(random_.below(200));
    bad.late_per_mille = static_cast<std::uint32_t>(random_.below(300));
    bad.late_max = span(200ms) + 1ms;
    add(
        FaultKind::loss,
        fmt::format("the network loses {}, doubles {}, delays {} of 1000", bad.loss_per_mille, bad.twice_per_mille,
                    bad.late_per_mille),
        [bad](World& w) { w.network().weather() = bad; }, "the network is well again",
        [](World& w) { w.network().weather() = Weather{}; });
  }

  void slow_disk() {
    const DiskSpeed slow{.slow_per_mille = 300, .slow_max = span(800ms) + 1ms};
    add(
        FaultKind::slow_disk, fmt::format("the disk of n{} is slow", host_),
        [h = host_, slow](World& w) { w.host(h).disk().speed() = slow; },
        fmt::format("the disk of n{} is fast again", host_),
        [h = host_](World& w) { w.host(h).disk().speed() = DiskSpeed{}; });
  }

  void broken_disk() {
    const bool full = random_.chance(1, 2);
    const Ailment ailment = full ? Ailment::full : Ailment::failing_writes;
    add(
        full ? FaultKind::full_disk : FaultKind::failing_disk,
        fmt::format("the disk of n{} {}", host_, full ? "is full" : "fails"),
        [h = host_, ailment](World& w) { w.host(h).disk().ail(ailment); },
        fmt::format("the disk of n{} works again", host_),
        [h = host_](World& w) {
          w.host(h).disk().ail(Ailment::none);
          w.host(h).start();
        });
  }

  void move() {
    Address elsewhere = World::address_of(host_);
    elsewhere.port = static_cast<std::uint16_t>(5000 + random_.below(1000));
    add(
        FaultKind::move, fmt::format("n{} is killed, to move to {}", host_, to_string(elsewhere)),
        [h = host_, elsewhere](World& w) {
          w.host(h).kill();
          w.host(h).move_to(elsewhere);
        },
        fmt::format("n{} starts", host_), [h = host_](World& w) { w.host(h).start(); });
  }

  std::size_t hosts_;
  Instant from_;
  Random& random_;
  Duration length_;
  Instant begins_;
  Instant ends_;
  HostIndex host_{};
  std::multimap<Instant, Fault> faults_;
};

}  // namespace

std::vector<Fault> draw_faults(const World& world, Random& random, Duration length, bool with_restores) {
  return Drawing(world, random, length).draw(with_restores);
}

void end_faults(World& world) {
  world.network().weather() = Weather{};
  for (std::size_t host = 0; host < world.hosts(); ++host) {
    world.host(host).disk().speed() = DiskSpeed{};
    world.host(host).disk().ail(Ailment::none);
  }
  world.heal();
}

}  // namespace starling::sim
