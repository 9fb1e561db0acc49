#include "core/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace moshimo {
namespace {

// Gaps that differ by rounding only are one step; an offset that passes a limit by less than this still counts.
constexpr Duration rounding = Duration::microseconds(1000);

class TableBuilder {
 public:
  explicit TableBuilder(Duration limit) : limit_(limit) {}

  // `count` < 0: for ever. Returns false when the limit is reached.
  bool add(Duration gap, std::int64_t count) {
    if (count == 0) return true;
    if (gap <= Duration{}) {  // at once: attempts, but no time
      table_.attempts += count;
      return true;
    }
    if (count < 0 && limit_.is_forever()) {
      push_step(gap);
      end_ = Duration::forever();
      table_.attempts = -1;
      return false;
    }
    std::int64_t fits = (limit_ + rounding - end_).us() / gap.us();
    if (limit_.is_forever()) fits = count;
    if (count < 0) count = fits;
    const std::int64_t taken = std::min(count, fits);
    if (taken > 0) {
      push_step(gap);
      end_ += Duration::microseconds(gap.us() * taken);
      table_.attempts += taken;
    }
    return taken == count;
  }

  AttemptTable finish() {
    table_.effective_age = std::min(end_, limit_);
    return std::move(table_);
  }

 private:
  void push_step(Duration gap) {
    if (table_.steps.empty() || table_.steps.back().gap != gap) table_.steps.push_back({end_, gap});
  }

  Duration limit_;
  Duration end_;
  AttemptTable table_;
};

bool add_phase(const Phase& phase, TableBuilder& builder) {
  const double first = static_cast<double>(phase.gap.us());
  const double last = static_cast<double>(phase.last.us());
  if (phase.shape == Shape::constant || phase.last == phase.gap || phase.last == Duration{}) {
    return builder.add(phase.gap, phase.attempts);
  }
  if (phase.attempts < 0) {
    // Without a count the gap doubles (or grows by itself) up to `last`, which then repeats.
    double gap = first;
    while (gap < last) {
      if (!builder.add(Duration::microseconds(std::llround(gap)), 1)) return false;
      gap = phase.shape == Shape::exponential ? gap * 2 : gap + first;
    }
    return builder.add(phase.last, -1);
  }
  for (std::int64_t i = 0; i < phase.attempts; ++i) {
    const double part = phase.attempts == 1 ? 0 : static_cast<double>(i) / static_cast<double>(phase.attempts - 1);
    const double gap =
        phase.shape == Shape::exponential ? first * std::pow(last / first, part) : first + (last - first) * part;
    if (!builder.add(Duration::microseconds(std::llround(gap)), 1)) return false;
  }
  return true;
}

}  // namespace

AttemptTable attempt_table(const Schedule& schedule, Duration limit) {
  TableBuilder builder(limit);
  for (const Phase& phase : schedule) {
    if (!add_phase(phase, builder)) break;
  }
  return builder.finish();
}

Duration next_attempt(const AttemptTable& table, Duration age) {
  if (age <= Duration{}) return Duration{};
  if (table.steps.empty() || age > table.effective_age) return Duration::forever();
  auto step = std::upper_bound(table.steps.begin(), table.steps.end(), age,
                               [](Duration a, const GapStep& s) { return a < s.from; });
  --step;
  const std::int64_t gap = step->gap.us();
  const std::int64_t gaps = ((age - step->from).us() + gap - 1) / gap;
  return step->from + Duration::microseconds(gaps * gap);
}

}  // namespace moshimo
