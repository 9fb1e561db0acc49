// Cases of tests/cases/iam: a request with the policies that apply to it, the decision that AWS's rules give, and why.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "models/iam/evaluate.hpp"

namespace moshimo::models::iam {

struct Case {
  std::string file;
  std::string title;
  std::string why;
  Caller caller;
  Request request;
  std::deque<Policy> documents;
  AppliedPolicies policies;
  std::string expected;              // "allowed", "explicit deny" or "implicit deny"
  std::vector<std::string> because;  // sorted
  std::vector<std::string> missing;
  std::string mistakes;  // of the policies; expected to be none
};

std::deque<Case> read_cases();  // of every file

// "identity reader/ReadIt", or with #1 for a statement without a Sid.
std::vector<std::string> cited(const Decision& decision);  // sorted
std::vector<std::string> missing(const Decision& decision);

}  // namespace moshimo::models::iam
