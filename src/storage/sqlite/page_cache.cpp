#include "storage/sqlite/page_cache.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

#include "base/ensure.hpp"

namespace starling::storage {

namespace {

constexpr std::size_t huge_page_bytes = 2U << 20;
constexpr std::size_t first_slab_pages = 16;
constexpr std::size_t first_index_slots = 64;

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

}  // namespace

PageCache::PageCache(std::size_t page_bytes, std::size_t extra_bytes)
    : page_bytes_(page_bytes), slot_bytes_(rounded_up(page_bytes + extra_bytes, 64)) {
  index_.resize(first_index_slots);
  index_shift_ = 32U - static_cast<unsigned>(std::countr_zero(first_index_slots));
}

PageCache::Page* PageCache::fetch(unsigned key, Create create) {
  Page* page = index_[find(key)];
  if (page == nullptr) {
    page = take(create);
    if (page == nullptr) return nullptr;
    page->key = key;
    std::memset(page->view.pExtra, 0, sizeof(void*));
    index(page);
    ++count_;
    raise_max(key);
  }
  pinned_ += page->pinned ? 0U : 1U;
  page->pinned = true;
  page->recent = true;
  return page;
}

void PageCache::unpin(Page* page, bool drop) {
  if (drop) {
    discard(page);
  } else {
    page->pinned = false;
    --pinned_;
  }
}

void PageCache::rekey(Page* page, unsigned key) {
  if (Page* other = index_[find(key)]; other != nullptr && other != page) discard(other);
  remove_from_index(page->key);
  if (page->key == max_) max_ = next_max_;
  page->key = key;
  index(page);
  raise_max(key);
}

void PageCache::truncate(unsigned limit) {
  if (limit > max_) return;
  if (max_ - limit < count_) {
    for (unsigned key = limit; key <= max_; ++key)
      if (Page* page = index_[find(key)]) discard(page);
  } else {
    for (Page& page : pages_)
      if (page.key >= limit && page.key != 0) discard(&page);
  }
  max_ = limit - 1;
  next_max_ = std::min(next_max_, max_);
}

void PageCache::raise_max(unsigned key) {
  if (key > max_)
    next_max_ = std::exchange(max_, key);
  else if (key != max_)
    next_max_ = std::max(next_max_, key);
}

// --- Pages ------------------------------------------------------------------------------------

PageCache::Page* PageCache::take(Create create) {
  if (create == Create::no) return nullptr;
  if (count_ >= capacity_) {
    if (Page* page = evict()) return page;
    if (create == Create::if_easy) return nullptr;
  }
  if (free_.empty()) add_slab();
  Page* page = free_.back();
  free_.pop_back();
  return page;
}

/// The first page from the hand on that nobody holds and nobody has used since it last came by.
PageCache::Page* PageCache::evict() {
  if (pinned_ == count_) return nullptr;
  for (;;) {
    Page& page = pages_[hand_];
    hand_ = hand_ + 1 == pages_.size() ? 0 : hand_ + 1;
    if (page.key == 0 || page.pinned || std::exchange(page.recent, false)) continue;
    discard(&page);
    free_.pop_back();
    return &page;
  }
}

void PageCache::discard(Page* page) {
  remove_from_index(page->key);
  pinned_ -= page->pinned ? 1U : 0U;
  --count_;
  page->key = 0;
  page->pinned = false;
  free_.push_back(page);
}

void PageCache::add_slab() {
  const std::size_t huge_pages = huge_page_bytes / slot_bytes_;
  const std::size_t pages = std::min(std::max(first_slab_pages, pages_.size()), huge_pages);
  if (pages < huge_pages) {
    slabs_.push_back(make_slab(pages * slot_bytes_));
  } else {
    slabs_.push_back(next_slab_.valid() ? next_slab_.get() : make_slab(huge_page_bytes));
    if (pages_.size() + huge_pages < capacity_) next_slab_ = std::async(std::launch::async, make_slab, huge_page_bytes);
  }
  std::byte* slab = slabs_.back().get();
  for (std::size_t i = pages; i-- > 0;) {
    std::byte* slot = slab + i * slot_bytes_;
    free_.push_back(&pages_.emplace_back(Page{.view = {.pBuf = slot, .pExtra = slot + page_bytes_}}));
  }
}

PageCache::Slab PageCache::make_slab(std::size_t bytes) {
  const bool huge = bytes == huge_page_bytes;
  Slab slab(static_cast<std::byte*>(std::aligned_alloc(huge ? huge_page_bytes : 64, bytes)));
  if (slab == nullptr) throw std::bad_alloc();
  if (!huge) return slab;
  madvise(slab.get(), bytes, MADV_HUGEPAGE);
  *slab = {};
  return slab;
}

// --- The index --------------------------------------------------------------------------------

/// The slot that holds the key, or the free one where it would go.
std::size_t PageCache::find(unsigned key) const {
  const std::size_t mask = index_.size() - 1;
  std::size_t slot = home(key);
  while (index_[slot] != nullptr && index_[slot]->key != key) slot = (slot + 1) & mask;
  return slot;
}

void PageCache::index(Page* page) {
  if (2 * (count_ + 1) > index_.size()) grow_index();
  index_[find(page->key)] = page;
}

/// Closes the gap with whoever was pushed beyond it, so that no search ends early.
void PageCache::remove_from_index(unsigned key) {
  const std::size_t mask = index_.size() - 1;
  std::size_t gap = find(key);
  for (std::size_t slot = (gap + 1) & mask; index_[slot] != nullptr; slot = (slot + 1) & mask) {
    const std::size_t displaced = (slot - home(index_[slot]->key)) & mask;
    if (displaced >= ((slot - gap) & mask)) index_[std::exchange(gap, slot)] = index_[slot];
  }
  index_[gap] = nullptr;
}

void PageCache::grow_index() {
  const std::vector<Page*> old = std::exchange(index_, std::vector<Page*>(2 * index_.size()));
  --index_shift_;
  for (Page* page : old)
    if (page != nullptr) index_[find(page->key)] = page;
}

// --- For SQLite -------------------------------------------------------------------------------

namespace {

PageCache* cache_of(sqlite3_pcache* cache) { return reinterpret_cast<PageCache*>(cache); }
PageCache::Page* page_of(sqlite3_pcache_page* page) { return reinterpret_cast<PageCache::Page*>(page); }

const sqlite3_pcache_methods2 methods = {
    .iVersion = 1,
    .pArg = nullptr,
    .xInit = [](void*) { return SQLITE_OK; },
    .xShutdown = nullptr,
    .xCreate = [](int page_bytes, int extra_bytes, int) -> sqlite3_pcache* {
      return reinterpret_cast<sqlite3_pcache*>(
          new PageCache(static_cast<std::size_t>(page_bytes), static_cast<std::size_t>(extra_bytes)));
    },
    .xCachesize = [](sqlite3_pcache* cache,
                     int pages) { cache_of(cache)->set_capacity(static_cast<std::size_t>(pages)); },
    .xPagecount = [](sqlite3_pcache* cache) { return static_cast<int>(cache_of(cache)->count()); },
    .xFetch = [](sqlite3_pcache* cache, unsigned key, int create) -> sqlite3_pcache_page* {
      return reinterpret_cast<sqlite3_pcache_page*>(
          cache_of(cache)->fetch(key, PageCache::Create{static_cast<std::uint8_t>(create)}));
    },
    .xUnpin = [](sqlite3_pcache* cache, sqlite3_pcache_page* page,
                 int discard) { cache_of(cache)->unpin(page_of(page), discard != 0); },
    .xRekey = [](sqlite3_pcache* cache, sqlite3_pcache_page* page, unsigned,
                 unsigned key) { cache_of(cache)->rekey(page_of(page), key); },
    .xTruncate = [](sqlite3_pcache* cache, unsigned limit) { cache_of(cache)->truncate(limit); },
    .xDestroy = [](sqlite3_pcache* cache) { delete cache_of(cache); },
    .xShrink = [](sqlite3_pcache*) {},
};

}  // namespace

const sqlite3_pcache_methods2& page_cache_methods() { return methods; }

}  // namespace starling::storage
