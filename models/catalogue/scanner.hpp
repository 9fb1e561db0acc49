// Reads one scalar of the catalogue from left to right: an expression, a path or a test.
//
// A mistake is thrown inside and reported once per scalar.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "models/catalogue/words.hpp"
#include "models/catalogue_tree.hpp"
#include "models/expression.hpp"

namespace moshimo::models {

inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_word_char(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == ':'; }

class Scanner {
 public:
  struct Mistake {
    std::size_t at;
    std::string message;
  };
  Scanner(std::string_view text, const Tree& tree, const Words& words) : text_(text), tree_(tree), words_(words) {}

  // `from` is added to positions: the scanned text is a part of the scalar that begins there.
  void begins_at(std::size_t from) { from_ = from; }
  Expression whole_expression(bool free_words);
  Path whole_path();
  Test whole_test();

 private:
  [[noreturn]] void fail(std::string message) const { throw Mistake{from_ + i_, std::move(message)}; }
  [[noreturn]] void fail_at(std::size_t at, std::string message) const;
  input::Position here(std::size_t at) const { return tree_.inside(from_ + at); }
  bool at_end() const { return i_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[i_]; }
  void skip_spaces();
  void expect_end();
  void expect(char c);
  bool take_word(std::string_view word);
  bool take_operator(char c);
  bool take_function(std::string_view name);
  std::string_view word();

  // expressions
  Expression binary(Expression::Kind kind, Expression a, Expression b) const;
  Expression sum();
  Expression product();
  Expression function(Expression::Kind kind, std::size_t at);
  Expression literal(std::string text, std::size_t at) const;
  // Counts how deep brackets and `not` are nested, so that no text can exhaust the stack.
  struct Nested {
    explicit Nested(const Scanner& scanner) : depth(scanner.depth_) {
      if (++depth > 100) scanner.fail("this is nested too deeply");
    }
    ~Nested() { --depth; }
    int& depth;
  };
  Expression operand();
  std::string_view first_name() const;
  bool begins_path(std::string_view name) const;
  Expression word_or_path();

  // paths
  Path path();
  Step bracket();
  Expression compared_with(const Expression& subject);

  // tests
  Test joined(Test::Kind kind, Test first, std::size_t at) const;
  Test either();
  Test both();
  Test with_arguments(Test::Kind kind, std::size_t at);
  Test single();
  void need_path(const Expression& e, std::size_t at) const;
  void add_types(std::vector<std::string>& types, std::string_view name, std::size_t at) const;

  std::string_view text_;
  const Tree& tree_;
  const Words& words_;
  std::size_t from_ = 0;
  std::size_t i_ = 0;
  bool free_words_ = false;
  mutable int depth_ = 0;
};

}  // namespace moshimo::models
