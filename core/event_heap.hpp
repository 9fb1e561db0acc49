// The next event of each hop, the earliest first; a hop is in it at most once.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace moshimo::fluid {

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

class EventHeap {
 public:
  void reset(std::size_t hops) {
    heap_.clear();
    place_.assign(hops, none);
    time_.assign(hops, never);
  }
  std::int64_t earliest() const { return heap_.empty() ? never : time_[heap_.front()]; }
  std::uint32_t top() const { return heap_.front(); }
  void set(std::uint32_t hop, std::int64_t time) {
    const bool was_in = place_[hop] != none;
    if (time == never) {
      if (was_in) remove(hop);
      return;
    }
    const std::int64_t before = time_[hop];
    time_[hop] = time;
    if (!was_in) {
      place_[hop] = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back(hop);
      up(place_[hop]);
    } else if (time < before) {
      up(place_[hop]);
    } else {
      down(place_[hop]);
    }
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  bool before(std::uint32_t a, std::uint32_t b) const { return time_[a] != time_[b] ? time_[a] < time_[b] : a < b; }
  void swap_at(std::uint32_t i, std::uint32_t j) {
    std::swap(heap_[i], heap_[j]);
    place_[heap_[i]] = i;
    place_[heap_[j]] = j;
  }
  void up(std::uint32_t i) {
    while (i > 0 && before(heap_[i], heap_[(i - 1) / 2])) {
      swap_at(i, (i - 1) / 2);
      i = (i - 1) / 2;
    }
  }
  void down(std::uint32_t i) {
    for (;;) {
      std::uint32_t least = i;
      for (std::uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < heap_.size(); ++child) {
        if (before(heap_[child], heap_[least])) least = child;
      }
      if (least == i) return;
      swap_at(i, least);
      i = least;
    }
  }
  void remove(std::uint32_t hop) {
    const std::uint32_t i = place_[hop];
    const std::uint32_t last = static_cast<std::uint32_t>(heap_.size()) - 1;
    if (i != last) swap_at(i, last);
    heap_.pop_back();
    place_[hop] = none;
    time_[hop] = never;
    if (i < heap_.size()) {
      up(i);
      down(i);
    }
  }
  std::vector<std::uint32_t> heap_;
  std::vector<std::uint32_t> place_;
  std::vector<std::int64_t> time_;
};

}  // namespace moshimo::fluid
