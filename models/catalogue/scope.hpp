// What a path of the catalogue can lead to, and what the tests that stand beside it say about that.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/catalogue.hpp"

namespace moshimo::models::checking {

using input::Position;

// What a path can lead to, one alternative of several.
struct Place {
  enum class Kind : std::uint8_t {
    component,   // of `type`; of any type when that is null
    value,       // of attribute `attribute`
    object,      // the object attribute `attribute`
    text,        // name, arn, account, region, a service principal, a parameter
    expression,  // a fixed value that is no path
    condition,
    port,
    store,
    hop,
    process,
    process_needs,
    repair,
  };
  Kind kind = Kind::component;
  const TypeDef* type = nullptr;  // the owner
  const AttributeDef* attribute = nullptr;
  std::string member;
};
using Places = std::vector<Place>;

std::string_view name_of(Place::Kind kind);

// What stands beside a path: the tests that hold (or do not) where it is looked at.
struct Guard {
  const Test* test = nullptr;
  bool holds = true;
};

struct Context {
  const TypeDef* type = nullptr;
  const Path* each = nullptr;       // what `item` is one of
  const FaultDef* fault = nullptr;  // for its parameters
  std::vector<Guard> guards;

  Context with(const Test& test, bool holds = true) const {
    Context inner = *this;
    if (!test.is_always()) inner.guards.push_back({&test, holds});
    return inner;
  }
};

// The path as written, up to one of its steps.
std::string print(const Path& path, std::size_t steps);

// The types a path is said to have, or not to have, by a test that holds (or does not).
struct Narrowing {
  std::optional<std::set<std::string>> only;
  std::set<std::string> except;

  bool allows(const std::string& type) const { return (!only || only->count(type) != 0) && except.count(type) == 0; }
};

Narrowing both_hold(Narrowing a, const Narrowing& b);
// What a test says about the type of the component that a path leads to.
Narrowing narrowing(const Test& test, bool holds, std::string_view path);

}  // namespace moshimo::models::checking
