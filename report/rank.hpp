// Which principal or key would hurt most, as a report.
#pragma once

#include <string>

#include "report/report.hpp"
#include "scenarios/rank.hpp"

namespace moshimo::report {

struct RankView {
  const models::Compiled* compiled = nullptr;
  const scenarios::Rank* rank = nullptr;
  std::string inventory;  // the file, as it is called
};
std::string rank_report(const RankView& view, const Style& style);
std::string rank_json(const RankView& view, const Style& style);

}  // namespace moshimo::report
