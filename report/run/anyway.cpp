#include "report/run/anyway.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "report/layout.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

constexpr double trace = 1e-3;  // events; less is rounding

}  // namespace

std::vector<Anyway> anyway(const scenarios::Answer& answer) {
  const System& system = answer.system();
  std::vector<Anyway> all;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    const HopLedger& ledger = answer.healthy.hops[h];
    Anyway row;
    row.hop = HopId(h);
    row.lost = is_request(hop) ? 0 : ledger.lost;
    row.misdirected = ledger.misdirected;
    for (const Waiting& w : ledger.places) {
      const Fallback& f = hop.fallbacks[w.fallback];
      if (f.release.is_set() && !f.misdirects) row.unfetched += w.events;
    }
    if (row.lost <= trace && row.misdirected <= trace && row.unfetched <= trace) continue;
    const auto& states = answer.healthy.hop_states[h];
    if (!states.empty() && !states.front().value.open) row.because = hop.needs[states.front().value.need].condition;
    all.push_back(row);
  }
  return all;
}

namespace {

// All of one kind: how much, where, and why the first of it.
struct Sum {
  double events = 0;
  std::vector<std::string> where;
  std::string why;
};

Sum sum_of(const System& system, const std::vector<Anyway>& all, double Anyway::*amount) {
  Sum sum;
  for (const Anyway& row : all) {
    if (row.*amount <= trace) continue;
    const Hop& hop = system.hops[row.hop];
    const std::string name = code(hop.component.is_set() ? name_in(system, hop.component) : clean(hop.name));
    if (std::find(sum.where.begin(), sum.where.end(), name) == sum.where.end()) sum.where.push_back(name);
    if (sum.events == 0) {
      sum.why = row.because.is_set() ? "from the start it does not hold that " + clean(says(system, row.because))
                                     : "more comes than is taken";
    }
    sum.events += row.*amount;
  }
  return sum;
}

}  // namespace

std::vector<std::string> anyway_told(const scenarios::Answer& answer) {
  const std::vector<Anyway> all = anyway(answer);
  const Sum lost = sum_of(answer.system(), all, &Anyway::lost);
  const Sum misdirected = sum_of(answer.system(), all, &Anyway::misdirected);
  const char* but = answer.faults.empty() ? "All the same" : "Even without what happens";
  const auto where_and_why = [](const Sum& sum) { return fmt::format("({}): {}", listing(sum.where, 4), sum.why); };
  constexpr std::string_view unseen = "nothing looks for what is misdirected, and nothing says so";
  std::vector<std::string> sentences;
  const bool is_one = lost.where == misdirected.where && lost.why == misdirected.why;
  if (lost.events > 0) {
    const std::string too = fmt::format(" and {} misdirected", events_text(misdirected.events, bad));
    sentences.push_back(fmt::format("{}, {} lost{} {}{}.", but, are(lost.events, events_text(lost.events, bad)),
                                    is_one ? too : "", where_and_why(lost), is_one ? fmt::format("; {}", unseen) : ""));
  }
  if (misdirected.events > 0 && !is_one) {
    sentences.push_back(fmt::format("{}, {} misdirected {}; {}.", but,
                                    are(misdirected.events, events_text(misdirected.events, bad)),
                                    where_and_why(misdirected), unseen));
  }
  if (const Sum unfetched = sum_of(answer.system(), all, &Anyway::unfetched); unfetched.events > 0) {
    sentences.push_back(fmt::format("{}, {} do not arrive {}; they wait for somebody to fetch them.", but,
                                    events_text(unfetched.events, bad), where_and_why(unfetched)));
  }
  return sentences;
}

}  // namespace moshimo::report
