#include "tests/unit/support/command.hpp"

#include <iostream>
#include <sstream>

#include "cli/command.hpp"

namespace moshimo {

Result command(std::vector<const char*> words) {
  words.insert(words.begin(), "moshimo");
  std::ostringstream out, err;
  std::streambuf* const old_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const old_err = std::cerr.rdbuf(err.rdbuf());
  Result r;
  r.status = cli::run(static_cast<int>(words.size()), words.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  r.out = out.str();
  r.err = err.str();
  return r;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace moshimo
