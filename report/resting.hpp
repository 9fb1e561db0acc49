// What in the catalogue rests on which fact.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "models/catalogue.hpp"

namespace moshimo::report {

// A member of a type and the facts it rests on.
struct Resting {
  std::string member;  // "hop forward"
  std::set<std::string> facts;
};
std::vector<Resting> resting(const models::TypeDef& type);

}  // namespace moshimo::report
