#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <future>
#include <memory>
#include <vector>

namespace starling::storage {

/// Keeps pages of one database file in memory, in the place of SQLite's own cache, which looks at
/// every page it holds after each commit that has split a page: a millisecond for a cache of
/// 256 MiB, more than all the rest of a group commit. Here such a commit costs nothing extra.
///
/// Eviction is by second chance (a clock), so that a hit writes nothing but a mark. Pages lie in
/// slabs of huge pages, since a walk down a tree is otherwise a miss of the TLB at each level. The kernel clears such a
/// page when it is first touched, milliseconds on some machines, so the next one is touched on another thread.
class PageCache {
 public:
  /// A page as SQLite knows it: `view` comes first and is all it sees.
  struct Page {
    sqlite3_pcache_page view{};
    unsigned key{};  ///< 0: free
    bool pinned{};
    bool recent{};
  };
  enum class Create : std::uint8_t { no, if_easy, at_all_costs };

  PageCache(std::size_t page_bytes, std::size_t extra_bytes);

  void set_capacity(std::size_t pages) { capacity_ = pages; }
  std::size_t count() const { return count_; }

  /// Pins what it returns. A new page's extra bytes begin with a null pointer.
  Page* fetch(unsigned key, Create create);
  void unpin(Page* page, bool discard);
  /// Whatever had the new key is discarded.
  void rekey(Page* page, unsigned key);
  /// Discards every page with this key or a higher one, pinned or not.
  void truncate(unsigned limit);

 private:
  struct Free {
    void operator()(std::byte* slab) const { std::free(slab); }
  };
  using Slab = std::unique_ptr<std::byte, Free>;

  static Slab make_slab(std::size_t bytes);

  // The index: open addressing, at most half full.
  std::size_t home(unsigned key) const { return (key * 0x9e37'79b9U) >> index_shift_; }
  std::size_t find(unsigned key) const;
  void index(Page* page);
  void remove_from_index(unsigned key);
  void grow_index();

  Page* take(Create create);
  Page* evict();
  void add_slab();
  void discard(Page* page);
  void raise_max(unsigned key);

  std::size_t page_bytes_;
  std::size_t slot_bytes_;
  std::size_t capacity_{};
  std::size_t count_{};
  std::size_t pinned_{};
  std::vector<Page*> index_;
  unsigned index_shift_{};
  std::deque<Page> pages_;
  std::vector<Page*> free_;
  std::size_t hand_{};
  std::vector<Slab> slabs_;
  std::future<Slab> next_slab_;  ///< a huge page; none while small slabs do
  /// No key is above max_, and at most one above next_max_: while SQLite swaps two pages it parks
  /// one of them far beyond the end.
  unsigned max_{};
  unsigned next_max_{};
};

/// For SQLite to use it.
const sqlite3_pcache_methods2& page_cache_methods();

}  // namespace starling::storage
