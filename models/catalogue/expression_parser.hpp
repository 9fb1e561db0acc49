// Reads the small language of the catalogue from the scalars and maps of its trees.
#pragma once

#include <optional>

#include "models/catalogue/words.hpp"
#include "models/catalogue_tree.hpp"
#include "models/expression.hpp"

namespace moshimo::models {

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
  Path path(const Tree& tree) const;
  bool is_path(const Tree& tree) const;  // begins with something that can begin one
  Text text(const Tree& tree) const;
  Test test(const Tree& tree) const;
  std::optional<Moment> moment(const Tree& tree) const;

 private:
  Expression cases(const Tree& tree, Wanted wanted) const;
  Case one_case(const Tree& tree, Wanted wanted) const;
  const Words& words_;
  input::Diagnostics& diagnostics_;
};

}  // namespace moshimo::models
