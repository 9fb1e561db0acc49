// What the cliffs of a sweep say.
#pragma once

#include <string>
#include <vector>

#include "scenarios/sweep.hpp"

namespace moshimo::report {

// What one row is about; several hops share one where all else is the same.
struct CliffRow {
  const scenarios::Cliff* cliff = nullptr;
  std::vector<std::string> names;
};

// Something begins or ends there, and is not only dearer or cheaper than before.
bool is_in_kind(const scenarios::Cliff& cliff);

class CliffWords {
 public:
  explicit CliffWords(const scenarios::Sweep& sweep) : sweep_(sweep) {}

  std::vector<CliffRow> cliffs(Strategy s) const;
  std::vector<CliffRow> bends(Strategy s) const;

  // What begins or ends, with its point of no return and the step that decides.
  std::string told(const CliffRow& row) const;
  // Whose cost bends.
  static std::string told_of_hop(const CliffRow& row);

  std::string name_of_point(const PointOfNoReturn& p) const;
  std::string hop_names(const std::vector<std::string>& hops) const;

 private:
  std::vector<CliffRow> rows(Strategy s, bool in_kind) const;
  bool goes_there(const scenarios::Cliff& c) const;
  bool loses_there(const scenarios::Cliff& c) const;
  std::string rest_of(const scenarios::Cliff& c) const;
  std::string loses_text(const scenarios::Cliff& c) const;
  std::string deciding_text(const scenarios::Cliff& c) const;

  const scenarios::Sweep& sweep_;
};

}  // namespace moshimo::report
