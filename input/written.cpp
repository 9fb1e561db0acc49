#include "input/written.hpp"

#include <filesystem>
#include <utility>

namespace moshimo::input {
namespace {

std::string& written() {
  static std::string path;
  return path;
}

}  // namespace

void will_be_written(std::string path) { written() = std::move(path); }

bool is_to_be_written(const std::string& path) {
  std::error_code none_such;
  return !written().empty() && std::filesystem::is_regular_file(path, none_such) &&
         std::filesystem::equivalent(path, written(), none_such);
}

}  // namespace moshimo::input
