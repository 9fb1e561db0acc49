// A sweep as a table of plain numbers, for a spreadsheet or a script.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "report/sweep.hpp"

namespace moshimo::report {

using scenarios::Axis;
using scenarios::Figures;
using scenarios::SweepPoint;
using scenarios::SweepResult;
using scenarios::Trait;

std::string sweep_csv(const scenarios::Sweep& sweep) {
  const auto quoted = [](const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  };
  std::set<std::string> hops;
  for (const SweepPoint& p : sweep.points) {
    for (const SweepResult& r : p.results) {
      for (const auto& [hop, lost] : r.losses) hops.insert(hop);
    }
  }
  const auto unit_of = [](const Axis& a) -> std::string {
    switch (a.unit) {
      case models::Unit::seconds: return "_s";
      case models::Unit::bytes: return "_bytes";
      case models::Unit::per_second: return "_per_s";
      case models::Unit::none: break;
    }
    return "";
  };
  std::string out;
  for (const Axis& a : sweep.axes) out += quoted(a.name + unit_of(a)) + ",";
  out += "strategy,lost,refused,restored_s,still_broken,still_failing,unreleased,destroyed,objectives_missed";
  for (const std::string& hop : hops) out += "," + quoted("lost:" + hop);
  out += "\n";
  for (const SweepPoint& p : sweep.points) {
    for (const SweepResult& r : p.results) {
      for (const double v : p.at) out += (std::isinf(v) ? std::string() : fmt::format("{}", v)) + ",";
      const Figures& f = r.figures;
      const auto missed =
          std::count_if(r.traits.begin(), r.traits.end(), [](const Trait& t) { return t.kind == Trait::Kind::misses; });
      out += fmt::format("{},{},{},{},{},{},{},{},{}", name_of(r.strategy), f.lost, f.refused,
                         f.restored.is_forever() ? std::string() : fmt::format("{}", f.restored.in_seconds()),
                         f.still_broken, f.still_failing, f.unreleased, f.destroyed.size(), missed);
      std::size_t i = 0;
      for (const std::string& hop : hops) {
        const bool is_it = i < r.losses.size() && r.losses[i].first == hop;
        out += is_it ? fmt::format(",{}", r.losses[i].second) : ",0";
        if (is_it) ++i;
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace moshimo::report
