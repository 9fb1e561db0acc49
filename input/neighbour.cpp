#include "input/neighbour.hpp"

#include <filesystem>
#include <vector>

#include "input/diagnostics.hpp"

namespace moshimo::input {

std::string neighbour_of(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path missing = path;
  std::error_code problem;
  std::vector<std::string> names;
  const fs::path folder = missing.has_parent_path() ? missing.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem)) {
    names.push_back(entry->path().filename().string());
  }
  return did_you_mean(missing.filename().string(), {names.begin(), names.end()});
}

}  // namespace moshimo::input
