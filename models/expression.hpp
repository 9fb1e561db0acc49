// The small language inside the catalogue: quantities, texts with `{places}`, paths from component to component, tests.
//
// Everything here is parsed and checked when the catalogue is loaded. Bare words are settled then: a word that names a
// member of the type it stands in (or `self`, `item`, `caller`) is a path, every other word is a text.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
#include "input/diagnostics.hpp"

namespace moshimo::models {

// ---- quantities -----------------------------------------------------------------------------------------------------

enum class Unit : std::uint8_t { none, seconds, bytes, per_second };
std::string_view name_of(Unit u);

// `forever` and `unlimited` are infinite and fit every unit (`unit` is then `none` when written, kept in arithmetic).
struct Quantity {
  double value = 0;
  Unit unit = Unit::none;
  bool is_infinite() const { return value == std::numeric_limits<double>::infinity(); }
  static Quantity infinite() { return {std::numeric_limits<double>::infinity(), Unit::none}; }
  friend bool operator==(const Quantity&, const Quantity&) = default;
};

// Empty when the units do not fit (5m + 3B). A rate times a duration is a number, bytes over a duration is not.
std::optional<Quantity> add(Quantity a, Quantity b);
std::optional<Quantity> subtract(Quantity a, Quantity b);
std::optional<Quantity> multiply(Quantity a, Quantity b);
std::optional<Quantity> divide(Quantity a, Quantity b);
std::optional<Quantity> least_of(Quantity a, Quantity b);
std::optional<Quantity> most_of(Quantity a, Quantity b);

// The typed forms; empty when the unit is another one.
std::optional<Duration> as_duration(Quantity q);
std::optional<Bytes> as_bytes(Quantity q);
std::optional<Rate> as_rate(Quantity q);
std::optional<double> as_number(Quantity q);  // of no unit

// `5m`, `14d`, `600B`, `1MiB`, `400/s`, `3`, `0.5`, `forever`, `unlimited`.
std::optional<Quantity> parse_quantity(std::string_view text);

// A moment in the world's time, in seconds since 1970 (UTC): `2025-06-25`, `2025-06-25T10:00:00+09:00`.
struct Moment {
  std::int64_t seconds = 0;
  auto operator<=>(const Moment&) const = default;
};
std::optional<Moment> parse_moment(std::string_view text);

// ---- paths ----------------------------------------------------------------------------------------------------------

struct Expression;

// `attribute = value` in a filter; an item that leaves the attribute out matches.
struct Match {
  std::string attribute;
  std::vector<Expression> value;  // exactly one; evaluated where the path stands, not in the item
};

struct Step {
  enum class Kind : std::uint8_t {
    member,  // `.name`: an attribute, condition, port, store, hop, process, repair, or name, arn, account, region, ok;
             // of an object attribute one of its members; of a process `start`, `run`, `healthy`
    each,    // `[]`: every item
    matching,  // `[a = x and b = y]`: the items that match
    indexed,   // `[attribute]`: the member whose name that attribute of the path's own component holds
  };
  Kind kind = Kind::member;
  std::string name;            // member: its name; indexed: the attribute
  std::vector<Match> matches;  // matching
};

struct Path {
  enum class Start : std::uint8_t {
    component,  // the component itself; `self` says so explicitly (and is a value: the component)
    item,       // inside `each`
    caller,     // inside a port: the principal that knocks
    type,       // `service:type`: all components of it
    parameter,  // inside a fault: one of its `with`
  };
  Start start = Start::component;
  std::string name;  // of the type or parameter
  std::vector<Step> steps;
  std::string text;  // as written
  input::Position at;
};

// ---- texts ----------------------------------------------------------------------------------------------------------

// A piece of a text: as it stands, a path, or a place that only a report can fill.
struct TextPart {
  enum class Kind : std::uint8_t {
    literal,  // `text`
    path,     // `path`; several values are joined with ", " (in commands: with a space)
    report,   // `text` is gap.start gap.end gap.start_ms gap.end_ms backlog.events backlog.bytes now step:
              // printed again as `{text}` by the compiler, filled in by the report
    ask,      // `text` is what the operator fills in; printed `<text>`
  };
  Kind kind = Kind::literal;
  std::string text;
  Path path;
};

struct Text {
  std::vector<TextPart> parts;
  input::Position at;
  bool empty() const { return parts.empty(); }
  // The text when it has no places.
  std::optional<std::string_view> plain() const;
};

// ---- tests ----------------------------------------------------------------------------------------------------------

struct Test {
  enum class Kind : std::uint8_t {
    always,       // nothing is asked
    present,      // operands[0] is a path that leads somewhere; of a yes_no attribute: is yes
    negation,     // tests[0]
    equal,        // operands[0] == operands[1]
    one_of,       // operands[0] is among operands[1..]
    is_type,      // operands[0] is of one of `types`
    given,        // the inventory says something of operands[0], an attribute of the component itself
    any,          // some path of operands leads somewhere
    none,         // no path of operands does
    starts_with,  // text operands[0] begins with text operands[1]
    all_of,       // and: tests
    either,       // or: tests
  };
  Kind kind = Kind::always;
  std::vector<Test> tests;
  std::vector<Expression> operands;
  std::vector<std::string> types;  // groups are written out
  input::Position at;
  bool is_always() const { return kind == Kind::always; }
};

// ---- expressions ----------------------------------------------------------------------------------------------------

struct Case;

struct Expression {
  enum class Kind : std::uint8_t {
    nothing,  // not written
    quantity,
    text,
    yes_no,  // also true in number positions of nothing
    path,
    only,  // only(path): the one thing it leads to; nothing when there are several or none. operands[0] is the path
    add,
    subtract,
    multiply,
    divide,  // operands[0], operands[1]
    least,
    most,   // min(...), max(...): operands
    cases,  // the first of `cases` that applies
    list,   // operands; only as a default
    map,    // keys[i]: operands[i]; only as a default
  };
  Kind kind = Kind::nothing;
  Quantity quantity;
  bool yes = false;
  Text text;
  Path path;
  std::vector<Expression> operands;
  std::vector<std::string> keys;
  std::vector<Case> cases;
  input::Position at;

  bool is_written() const { return kind != Kind::nothing; }
};

// The expression is an attribute of the component itself, and nothing more.
bool is_attribute(const Expression& e, std::string_view name);

struct Case {
  Test test;
  std::optional<Moment> since;  // the scenario's start is not before; without a start: since holds, until does not
  std::optional<Moment> until;  // the scenario's start is before
  Expression value;             // not written: nothing
  std::string fact;
  std::string assumed;
};

}  // namespace moshimo::models
