// Time, rates and amounts of data, with the unit in the type.
//
// Time is counted in whole microseconds from the start of a scenario. `Duration::forever()` absorbs: adding to it or
// subtracting from it leaves it as it is, so a deadline that never comes can be computed like any other.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace moshimo {

class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration microseconds(std::int64_t us) { return Duration(us); }
  static constexpr Duration seconds(double s) {
    const double us = s * 1e6;
    if (us >= 9.2e18) return forever();
    return Duration(static_cast<std::int64_t>(us + (us < 0 ? -0.5 : 0.5)));
  }
  static constexpr Duration minutes(double m) { return seconds(m * 60); }
  static constexpr Duration hours(double h) { return seconds(h * 3600); }
  static constexpr Duration days(double d) { return seconds(d * 86400); }
  static constexpr Duration forever() { return Duration(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t us() const { return us_; }
  constexpr double in_seconds() const { return static_cast<double>(us_) * 1e-6; }
  constexpr bool is_forever() const { return us_ == std::numeric_limits<std::int64_t>::max(); }

  friend constexpr Duration operator+(Duration a, Duration b) {
    if (a.is_forever() || b.is_forever()) return forever();
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.us_, b.us_, &sum)) return forever();
    return Duration(sum);
  }
  friend constexpr Duration operator-(Duration a, Duration b) {
    if (a.is_forever()) return forever();
    return Duration(a.us_ - b.us_);
  }
  constexpr Duration& operator+=(Duration b) { return *this = *this + b; }
  constexpr auto operator<=>(const Duration&) const = default;

 private:
  explicit constexpr Duration(std::int64_t us) : us_(us) {}
  std::int64_t us_ = 0;
};

// A moment, measured from the start of the scenario. `SimTime::never()` lies after every other moment.
class SimTime {
 public:
  constexpr SimTime() = default;
  static constexpr SimTime after_start(Duration d) { return SimTime(d.us()); }
  static constexpr SimTime microseconds(std::int64_t us) { return SimTime(us); }
  static constexpr SimTime never() { return SimTime(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t us() const { return us_; }
  constexpr double in_seconds() const { return static_cast<double>(us_) * 1e-6; }
  constexpr bool is_never() const { return us_ == std::numeric_limits<std::int64_t>::max(); }
  constexpr Duration since_start() const { return Duration::microseconds(us_); }

  friend constexpr SimTime operator+(SimTime t, Duration d) { return after_start(t.since_start() + d); }
  friend constexpr SimTime operator-(SimTime t, Duration d) { return after_start(t.since_start() - d); }
  friend constexpr Duration operator-(SimTime a, SimTime b) { return a.since_start() - b.since_start(); }
  constexpr auto operator<=>(const SimTime&) const = default;

 private:
  explicit constexpr SimTime(std::int64_t us) : us_(us) {}
  std::int64_t us_ = 0;
};

// Events per second. `Rate::unlimited()` is a capacity that never binds.
class Rate {
 public:
  constexpr Rate() = default;
  static constexpr Rate per_second(double r) { return Rate(r); }
  static constexpr Rate unlimited() { return Rate(std::numeric_limits<double>::infinity()); }
  constexpr double per_second() const { return r_; }
  constexpr bool is_unlimited() const { return r_ == std::numeric_limits<double>::infinity(); }
  constexpr auto operator<=>(const Rate&) const = default;

 private:
  explicit constexpr Rate(double r) : r_(r) {}
  double r_ = 0;
};

class Bytes {
 public:
  constexpr Bytes() = default;
  static constexpr Bytes count(double n) { return Bytes(n); }
  static constexpr Bytes unlimited() { return Bytes(std::numeric_limits<double>::infinity()); }
  constexpr double count() const { return n_; }
  constexpr bool is_unlimited() const { return n_ == std::numeric_limits<double>::infinity(); }
  constexpr auto operator<=>(const Bytes&) const = default;

 private:
  explicit constexpr Bytes(double n) : n_(n) {}
  double n_ = 0;
};

// A delay of which only bounds are known. A plain run takes the end that hurts: `least` for something that breaks,
// `most` for something that comes back or holds things up. Trials draw uniformly between the two.
struct Delay {
  Duration least = {};
  Duration most = {};
  static constexpr Delay exactly(Duration d) { return {d, d}; }
  static constexpr Delay up_to(Duration d) { return {Duration{}, d}; }
  friend constexpr bool operator==(const Delay&, const Delay&) = default;
};

}  // namespace moshimo
