// Data that waits in one place, as a line of segments in order of age: oldest in front.
//
// A segment is data that arrived evenly over a span of time. Its clock is what its age counts from: the arrival itself,
// or the entry into this place. Both spans may have no width (an impulse, or data moved in bulk). Positions are
// microseconds as doubles, so that a part of a segment can be cut off without rounding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace moshimo {

struct Segment {
  double arrived_from = 0;
  double arrived_to = 0;
  double clock_from = 0;
  double clock_to = 0;
  double mass = 0;  // events

  double density() const { return mass / (clock_to - clock_from); }  // per microsecond of clock; inf without width
  bool has_width() const { return clock_to > clock_from; }
};

class Backlog {
 public:
  void clear() {
    segments_.clear();
    head_ = 0;
    mass_ = 0;
  }
  bool empty() const { return head_ == segments_.size(); }
  double mass() const { return empty() ? 0 : std::max(mass_, 0.0); }
  std::size_t size() const { return segments_.size() - head_; }
  const Segment& front() const { return segments_[head_]; }
  const Segment& back() const { return segments_.back(); }
  const Segment* begin() const { return segments_.data() + head_; }
  const Segment* end() const { return segments_.data() + segments_.size(); }

  // Adds a segment at its place by clock; one that continues the last evenly is joined to it.
  void add(const Segment& s) {
    if (s.mass <= 0) return;
    if (empty()) clear();
    mass_ += s.mass;
    if (!empty() && continues(segments_.back(), s)) {
      Segment& last = segments_.back();
      last.arrived_to = s.arrived_to;
      last.clock_to = s.clock_to;
      last.mass += s.mass;
      return;
    }
    std::size_t place = segments_.size();
    while (place > head_ && segments_[place - 1].clock_from > s.clock_from) --place;
    segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(place), s);
  }

  // Removes the oldest `amount`, calling sink(part) for each piece; returns what was there to remove.
  template <class Sink>
  double take(double amount, Sink sink) {
    double taken = 0;
    while (!empty() && taken < amount) {
      Segment& s = segments_[head_];
      const double want = amount - taken;
      if (s.mass <= want * (1 + 1e-12)) {
        taken += s.mass;
        const Segment whole = s;
        drop_front();
        sink(whole);
      } else {
        sink(cut(s, want / s.mass));
        mass_ -= want;
        taken = amount;
      }
    }
    return taken;
  }

  // Removes everything whose clock lies before `clock` (a segment without width: at or before it).
  template <class Sink>
  void expire(double clock, Sink sink) {
    for (std::size_t i = head_; i < segments_.size() && segments_[i].clock_from <= clock;) {
      Segment& s = segments_[i];
      if (s.clock_to <= clock) {
        const Segment whole = s;
        if (i == head_) {
          drop_front();
          i = head_;
        } else {
          mass_ -= s.mass;
          segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(i));
        }
        sink(whole);
        continue;
      }
      const double share = (clock - s.clock_from) / (s.clock_to - s.clock_from);
      if (share > 0) {
        const Segment part = cut(s, share);
        mass_ -= part.mass;
        sink(part);
      }
      ++i;
    }
  }

  // Replaces each segment's mass by keep(segment); those left with nothing are dropped.
  template <class Keep>
  void thin(Keep keep) {
    std::size_t to = head_;
    mass_ = 0;
    for (std::size_t i = head_; i < segments_.size(); ++i) {
      Segment s = segments_[i];
      s.mass = keep(s);
      if (s.mass <= 0) continue;
      mass_ += s.mass;
      if (to > head_ && continues(segments_[to - 1], s)) {
        segments_[to - 1].arrived_to = s.arrived_to;
        segments_[to - 1].clock_to = s.clock_to;
        segments_[to - 1].mass += s.mass;
      } else {
        segments_[to++] = s;
      }
    }
    segments_.resize(to);
    if (empty()) clear();
  }

  // Cuts segments at `clock`, so that none lies on both sides of it.
  void cut_at(double clock) {
    for (std::size_t i = head_; i < segments_.size() && segments_[i].clock_from < clock; ++i) {
      if (segments_[i].clock_to <= clock) continue;
      const double share = (clock - segments_[i].clock_from) / (segments_[i].clock_to - segments_[i].clock_from);
      const Segment older = cut(segments_[i], share);
      segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(i), older);
      return;
    }
  }

  // Takes the oldest `share` off a segment and returns it.
  static Segment cut(Segment& s, double share) {
    Segment older = s;
    older.mass = s.mass * share;
    older.arrived_to = s.arrived_from + (s.arrived_to - s.arrived_from) * share;
    older.clock_to = s.clock_from + (s.clock_to - s.clock_from) * share;
    s.mass -= older.mass;
    s.arrived_from = older.arrived_to;
    s.clock_from = older.clock_to;
    return older;
  }

 private:
  static bool continues(const Segment& a, const Segment& b) {
    if (a.clock_to != b.clock_from || a.arrived_to != b.arrived_from) return false;
    if (!a.has_width() || !b.has_width()) return false;
    const double x = a.mass * (b.clock_to - b.clock_from);
    const double y = b.mass * (a.clock_to - a.clock_from);
    return std::abs(x - y) <= 1e-9 * std::max(x, y);
  }

  void drop_front() {
    mass_ -= segments_[head_].mass;
    ++head_;
    if (head_ == segments_.size()) {
      clear();
    } else if (head_ > 32 && head_ * 2 > segments_.size()) {
      segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  std::vector<Segment> segments_;
  std::size_t head_ = 0;
  double mass_ = 0;
};

}  // namespace moshimo
