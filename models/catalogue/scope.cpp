#include "models/catalogue/scope.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace moshimo::models::checking {

std::string_view name_of(Place::Kind k) {
  switch (k) {
    case Place::Kind::component: return "a component";
    case Place::Kind::value: return "a value";
    case Place::Kind::object: return "an object";
    case Place::Kind::text: return "a text";
    case Place::Kind::expression: return "a value";
    case Place::Kind::condition: return "a condition";
    case Place::Kind::port: return "a port";
    case Place::Kind::store: return "a store";
    case Place::Kind::hop: return "a hop";
    case Place::Kind::process: return "a process";
    case Place::Kind::process_needs: return "the needs of a process";
    case Place::Kind::repair: return "a repair";
  }
  return "";
}

std::string print(const Path& path, std::size_t steps) {
  std::string text;
  switch (path.start) {
    case Path::Start::component: break;
    case Path::Start::item: text = "item"; break;
    case Path::Start::caller: text = "caller"; break;
    case Path::Start::type:
    case Path::Start::parameter: text = path.name; break;
  }
  for (std::size_t i = 0; i < steps; ++i) {
    const Step& step = path.steps[i];
    switch (step.kind) {
      case Step::Kind::member:
        if (!text.empty()) text += '.';
        text += step.name;
        break;
      case Step::Kind::each: text += "[]"; break;
      case Step::Kind::matching: text += "[...]"; break;
      case Step::Kind::indexed: text += fmt::format("[{}]", step.name); break;
    }
  }
  return text.empty() ? "self" : text;
}

namespace {

std::set<std::string> common(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

Narrowing one_holds(Narrowing a, const Narrowing& b) {
  if (a.only && b.only) {
    a.only->insert(b.only->begin(), b.only->end());
  } else {
    a.only.reset();
  }
  a.except = common(a.except, b.except);
  return a;
}

}  // namespace

Narrowing both_hold(Narrowing a, const Narrowing& b) {
  if (a.only && b.only) {
    a.only = common(*a.only, *b.only);
  } else if (b.only) {
    a.only = b.only;
  }
  a.except.insert(b.except.begin(), b.except.end());
  return a;
}

Narrowing narrowing(const Test& test, bool holds, std::string_view path) {
  Narrowing result;
  switch (test.kind) {
    case Test::Kind::is_type: {
      const Expression& subject = test.operands[0];
      if (subject.kind != Expression::Kind::path || print(subject.path, subject.path.steps.size()) != path) break;
      const std::set<std::string> types(test.types.begin(), test.types.end());
      if (holds) {
        result.only = types;
      } else {
        result.except = types;
      }
      break;
    }
    case Test::Kind::negation: return narrowing(test.tests[0], !holds, path);
    case Test::Kind::all_of:
    case Test::Kind::either: {
      const bool all = (test.kind == Test::Kind::all_of) == holds;
      for (std::size_t i = 0; i < test.tests.size(); ++i) {
        const Narrowing next = narrowing(test.tests[i], holds, path);
        result = i == 0 ? next : all ? both_hold(result, next) : one_holds(result, next);
      }
      break;
    }
    case Test::Kind::always:
    case Test::Kind::present:
    case Test::Kind::equal:
    case Test::Kind::one_of:
    case Test::Kind::given:
    case Test::Kind::any:
    case Test::Kind::none:
    case Test::Kind::starts_with: break;
  }
  return result;
}
}  // namespace moshimo::models::checking
