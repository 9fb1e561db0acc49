#include "report/run/fates.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/brakes.hpp"
#include "core/schedule.hpp"
#include "report/layout.hpp"
#include "report/numbers.hpp"

namespace moshimo::report {

Duration limit_of(const System& system, const Fallback& f) {
  Duration limit = f.limit;
  if (f.store.is_set()) limit = std::min(limit, system.stores[f.store].holds_for);
  if (f.kind == Fallback::Kind::retry) limit = std::min(limit, attempt_table(f.schedule, limit).effective_age);
  return limit;
}

std::string why_lost(const System& system, const PointOfNoReturn& p) {
  if (p.condition.is_set()) return "from here on nothing brings it back";
  if (!p.hop.is_set()) return "what it holds is gone for good";
  const Hop& hop = system.hops[p.hop];
  const Fallback* fallback = p.fallback >= 0 && static_cast<std::size_t>(p.fallback) < hop.fallbacks.size()
                                 ? &hop.fallbacks[static_cast<std::size_t>(p.fallback)]
                                 : nullptr;
  const std::string place = fallback ? clean(fallback->says) : "";
  switch (p.why) {
    case LossWindow::Why::no_fallback:
      if (is_request(hop)) return fmt::format("requests are refused ({})", name_of(p.error));
      return fmt::format("lost at once: nothing keeps what is refused as {}", name_of(p.error));
    case LossWindow::Why::expired: {
      const Duration limit = fallback ? limit_of(system, *fallback) : Duration::forever();
      if (limit.is_forever()) return fmt::format("its time in {} is over", place);
      return fmt::format("{} in {} are over", duration_text(limit), place);
    }
    case LossWindow::Why::full:
      return place.empty() ? "there is no room" : place + " is full, and what is too much is lost";
    case LossWindow::Why::refused: {
      if (p.at > p.arrived_from + Duration::seconds(2) && fallback) {
        return fmt::format("{} in {} are over, and no other place takes it", duration_text(limit_of(system, *fallback)),
                           place);
      }
      return place.empty() ? "refused" : fmt::format("lost at once: it cannot be put into {} either", place);
    }
    case LossWindow::Why::destroyed:
      return place.empty() ? "the place it waited in is gone"
                           : fmt::format("{} is gone with all that waited there", place);
  }
  return "";
}

std::string what_becomes_of_data(const System& system, const Hop& hop, ErrorClass error, const Timeline* timeline,
                                 SimTime at) {
  if (hop.ratio == 0) return "fails; how much that is, is not given";
  const Reaction& reaction = hop.reaction(error);
  std::vector<std::uint8_t> list = reaction.fallbacks;
  const auto is_in_its_store = [&](std::uint8_t i) {
    return i < hop.fallbacks.size() && hop.fallbacks[i].store.is_set() &&
           hop.fallbacks[i].store == hop.fallbacks.front().store;
  };
  if (hop.ordered && !hop.fallbacks.empty() && (list.empty() || !is_in_its_store(list.front()))) {
    list.insert(list.begin(), 0);
  }
  const auto refuses = [&](const Fallback& f) {
    if (!timeline) return false;
    const std::vector<FailureSpan> spans = failures(f.accepts, *timeline);
    return std::any_of(spans.begin(), spans.end(), [at](const FailureSpan& s) { return s.from <= at && at < s.to; });
  };
  std::string text;
  std::string last;
  std::vector<std::string> refusing;
  for (const std::uint8_t i : list) {
    if (i >= hop.fallbacks.size()) continue;
    const Fallback& f = hop.fallbacks[i];
    const Duration limit = limit_of(system, f);
    if (limit.us() == 0) continue;
    if (opening_of(system, f).is_set() && (!timeline || refuses(f))) continue;
    if (refuses(f)) {
      refusing.push_back(clean(f.says));
      continue;
    }
    Bytes capacity = f.capacity;
    if (f.store.is_set()) capacity = std::min(capacity, system.stores[f.store].capacity);
    std::string piece;
    switch (f.kind) {
      case Fallback::Kind::retry: piece = "is tried again"; break;
      case Fallback::Kind::buffer:
      case Fallback::Kind::store:
        piece = (f.misdirects ? "goes by unnoticed and lies in " : "waits in ") + clean(f.says);
        break;
      case Fallback::Kind::hand_on: piece = "goes to " + clean(f.says); break;
    }
    if (f.kind != Fallback::Kind::hand_on) {
      if (!limit.is_forever()) piece += fmt::format(" for {}", duration_text(limit));
      if (!capacity.is_unlimited()) piece += fmt::format(" until {} are full", bytes_text(capacity.count()));
      if (limit.is_forever() && capacity.is_unlimited()) piece += " without limit";
    }
    if (f.release.is_set()) piece += ", until somebody fetches it";
    if (!capacity.is_unlimited() && f.overflow == Overflow::block) piece += ", then everything stops";
    if (!capacity.is_unlimited() && (f.overflow == Overflow::drop_newest || f.overflow == Overflow::drop_oldest)) {
      piece += ", then what is too much is lost";
    }
    if (piece == last) continue;  // two uses of one place
    text += (text.empty() ? "" : ", then ") + piece;
    last = std::move(piece);
  }
  if (text.empty() && refusing.empty()) {
    return is_request(hop) ? "requests are refused"
                           : fmt::format("is lost at once: nothing keeps what is refused as {}", name_of(error));
  }
  if (refusing.empty()) return text;
  const std::string too = fmt::format("it cannot be put into {}", listing(refusing));
  return text.empty() ? fmt::format("is lost at once: {} either", too) : fmt::format("{}, then is lost: {}", text, too);
}

std::string fate_if_unavailable(const System& system, const Hop& hop, ErrorClass error) {
  const auto is_retried = [&](ErrorClass c) {
    const std::vector<std::uint8_t>& list = hop.reaction(c).fallbacks;
    return std::any_of(list.begin(), list.end(), [&](std::uint8_t i) {
      return i < hop.fallbacks.size() && hop.fallbacks[i].kind == Fallback::Kind::retry;
    });
  };
  if (error == ErrorClass::unavailable || is_retried(error) || !is_retried(ErrorClass::unavailable)) return "";
  return fmt::format("What is unavailable, not {}, {}.", name_of(error),
                     what_becomes_of_data(system, hop, ErrorClass::unavailable, nullptr, SimTime{}));
}

}  // namespace moshimo::report
