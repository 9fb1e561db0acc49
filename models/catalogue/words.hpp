// What bare words can mean where an expression of the catalogue stands.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace moshimo::models {

struct Words {
  std::string type;                                                      // for messages
  std::vector<std::string> members;                                      // of the type, with the built-in ones
  std::vector<std::string> parameters;                                   // of a fault
  std::map<std::string, std::vector<std::string>, std::less<>> options;  // of each `one_of`, by its path: `logs.mode`
  const std::map<std::string, std::vector<std::string>, std::less<>>* groups = nullptr;
  std::vector<std::string> plain;  // words that are texts even where a member has the same name
  bool item = false;               // inside `each`
  bool caller = false;             // inside a port
  bool report = false;             // inside a repair: places that only the report fills
};

std::vector<std::string_view> views(const std::vector<std::string>& texts);
bool contains(const std::vector<std::string>& list, std::string_view word);

}  // namespace moshimo::models
