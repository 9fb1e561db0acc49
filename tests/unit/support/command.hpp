// The command line in this process, with what it prints.
#pragma once

#include <string>
#include <vector>

namespace moshimo {

struct Result {
  int status = 0;
  std::string out;
  std::string err;
};

// `{"run", "state-key-mixup"}`.
Result command(std::vector<const char*> words);

std::vector<std::string> lines_of(const std::string& text);

}  // namespace moshimo
