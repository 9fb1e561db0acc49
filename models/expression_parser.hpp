// Reads the small language of the catalogue from the scalars and maps of its trees.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/catalogue_tree.hpp"
#include "models/expression.hpp"

namespace moshimo::models {

// What bare words can mean where a text stands.
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

// Parsers report every mistake and return what could be read.
class ExpressionParser {
 public:
  ExpressionParser(const Words& words, input::Diagnostics& diagnostics) : words_(words), diagnostics_(diagnostics) {}

  enum class Wanted {
    quantity,  // an expression; words have to be members
    text,      // a template; words that are no members are texts
    any,       // whatever it looks like
    literal,   // text as it stands: the ids of facts
  };
  Expression expression(const Tree& tree, Wanted wanted) const;
  Path path(const Tree& scalar) const;
  bool is_path(const Tree& scalar) const;  // begins with something that can begin one
  Text text(const Tree& scalar) const;
  Test test(const Tree& scalar) const;
  std::optional<Moment> moment(const Tree& scalar) const;

 private:
  Expression cases(const Tree& tree, Wanted wanted) const;
  Case one_case(const Tree& tree, Wanted wanted) const;
  const Words& words_;
  input::Diagnostics& diagnostics_;
};

std::vector<std::string_view> views(const std::vector<std::string>& texts);

}  // namespace moshimo::models
