#include <fmt/format.h>

#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

std::optional<ErrorClass> TypeReader::error_class(const Tree& tree) const {
  Keys known;
  for (const ClassName& entry : class_names) {
    if (tree.text == entry.name) return entry.error;
    known.push_back(entry.name);
  }
  error(tree.at, fmt::format("'{}' is no error class{}", tree.text, input::did_you_mean(tree.text, known)));
  return std::nullopt;
}

Test TypeReader::test_in(const Tree& tree, std::string_view key) const {
  const Tree* found = tree.find(key);
  return found == nullptr ? Test{} : parser().test(*found);
}

Text TypeReader::text_in(const Tree& tree, std::string_view key) const {
  const Tree* found = tree.find(key);
  return found == nullptr ? Text{} : parser().text(*found);
}

Text TypeReader::required_text(const Tree& tree, std::string_view key, std::string_view what) const {
  if (tree.find(key) == nullptr) error(tree.key_at, fmt::format("{} needs `{}`", what, key));
  return text_in(tree, key);
}

Expression TypeReader::quantity_in(const Tree& tree, std::string_view key) const {
  const Tree* found = tree.find(key);
  return found == nullptr ? Expression{} : parser().expression(*found, Wanted::quantity);
}

Basis TypeReader::basis(const Tree& tree) const {
  Basis result;
  if (const Tree* fact = tree.find("fact")) result.fact = parser().expression(*fact, Wanted::literal);
  if (const Tree* assumed = tree.find("assumed")) {
    result.is_assumed = true;
    result.assumed = assumed->text;
    if (!assumed->is_scalar() || assumed->text == "no" || assumed->text == "false") {
      error(assumed->at, "`assumed` is `true` or the reason for the assumption");
    }
  }
  return result;
}

DelayDef TypeReader::delay_in(const Tree& tree, std::string_view key) const {
  DelayDef delay;
  const Tree* found = tree.find(key);
  if (found == nullptr) return delay;
  const Tree* up_to = found->find("up_to");
  if (up_to == nullptr) {
    delay.least = parser().expression(*found, Wanted::quantity);
    return delay;
  }
  allow_only(*found, {"value", "up_to"});
  delay.least = quantity_in(*found, "value");
  delay.most = parser().expression(*up_to, Wanted::quantity);
  return delay;
}

std::vector<PhaseDef> TypeReader::schedule(const Tree& tree) const {
  std::vector<PhaseDef> phases;
  for (const Tree* item : one_or_many(tree)) {
    if (!expect_map(*item, "a phase of a schedule")) continue;
    allow_only(*item, {"attempts", "gap", "last", "shape"});
    PhaseDef phase;
    phase.attempts = quantity_in(*item, "attempts");
    phase.gap = quantity_in(*item, "gap");
    phase.last = quantity_in(*item, "last");
    if (!phase.gap.is_written()) error(item->at, "a phase needs `gap`, the time before its first attempt");
    if (const Tree* shape = item->find("shape")) {
      if (shape->text == "constant") {
        phase.shape = Shape::constant;
      } else if (shape->text == "linear") {
        phase.shape = Shape::linear;
      } else if (shape->text == "exponential") {
        phase.shape = Shape::exponential;
      } else {
        error(shape->at, "`shape` is constant, linear or exponential");
      }
    } else if (phase.last.is_written()) {
      error(item->at, "a phase with `last` needs `shape`: linear or exponential");
    }
    phases.push_back(std::move(phase));
  }
  if (phases.empty()) error(tree.at, "a schedule needs at least one phase");
  return phases;
}

Overflow TypeReader::overflow_in(const Tree& tree) const {
  const Tree* found = tree.find("overflow");
  if (found == nullptr || found->text == "next") return Overflow::next;
  if (found->text == "drop_newest") return Overflow::drop_newest;
  if (found->text == "drop_oldest") return Overflow::drop_oldest;
  if (found->text == "block") return Overflow::block;
  error(found->at, fmt::format("`overflow` is next, drop_newest, drop_oldest or block{}",
                               input::did_you_mean(found->text, {"next", "drop_newest", "drop_oldest", "block"})));
  return Overflow::next;
}

std::vector<SeesDef> TypeReader::sees_in(const Tree& tree) const {
  const Tree* found = tree.find("sees");
  if (found == nullptr) return {};
  struct Kind {
    std::string_view name;
    SymptomKind kind;
  };
  static constexpr Kind kinds[] = {{"metric", SymptomKind::metric}, {"error", SymptomKind::error},
                                   {"event", SymptomKind::event},   {"log", SymptomKind::log},
                                   {"status", SymptomKind::status}, {"silent", SymptomKind::silent}};
  std::vector<SeesDef> all;
  for (const Tree* item : items(*found)) {
    if (!expect_map(*item, "an item of `sees`")) continue;
    SeesDef sees;
    sees.at = item->at;
    std::size_t named = 0;
    for (const Kind& kind : kinds) {
      const Tree* text = item->find(kind.name);
      if (text == nullptr) continue;
      ++named;
      sees.kind = kind.kind;
      sees.text = parser().text(*text);
    }
    if (named != 1) error(item->at, "an item of `sees` has one of metric, error, event, log, status, silent");
    allow_only(*item, {"metric", "error", "event", "log", "status", "silent", "after", "of", "if", "while", "when",
                       "since", "until", "ends", "fact", "assumed"});
    sees.after = quantity_in(*item, "after");
    if (const Tree* of = item->find("of")) sees.of = of->text;
    sees.test = test_in(*item);
    sees.only_while = needs_in(*item, "while");
    sees.ends = says_yes(*item, "ends");
    if (const Tree* t = item->find("when")) sees.when = parser().text(*t);
    if (const Tree* t = item->find("since")) sees.since = parser().moment(*t);
    if (const Tree* t = item->find("until")) sees.until = parser().moment(*t);
    sees.basis = basis(*item);
    all.push_back(std::move(sees));
  }
  return all;
}

std::vector<Path> TypeReader::paths_in(const Tree& tree, std::string_view key) const {
  std::vector<Path> found;
  if (const Tree* list = tree.find(key)) {
    for (const Tree* item : one_or_many(*list)) found.push_back(parser().path(*item));
  }
  return found;
}

std::vector<PrincipalDef> TypeReader::principals_in(const Tree& tree) const {
  std::vector<PrincipalDef> found;
  const Tree* list = tree.find("as");
  if (list == nullptr) return found;
  for (const Tree* item : one_or_many(*list)) {
    const Tree* who = item;
    PrincipalDef principal;
    if (item->is_map()) {
      allow_only(*item, {"if", "as"});
      principal.test = test_in(*item);
      who = item->find("as");
      if (who == nullptr) {
        error(item->at, "key 'as' is missing");
        continue;
      }
    }
    if (who->text.find(".amazonaws.com") != std::string::npos) {
      principal.is_service = true;
      principal.service = who->text;
    } else {
      principal.path = parser().path(*who);
    }
    found.push_back(std::move(principal));
  }
  return found;
}

Text TypeReader::words(std::string before, std::string_view member, std::string after) {
  Text text;
  if (!before.empty()) text.parts.push_back({TextPart::Kind::literal, std::move(before), {}});
  TextPart place;
  place.kind = TextPart::Kind::path;
  place.path.steps.push_back({Step::Kind::member, std::string(member), {}});
  place.path.text = member;
  text.parts.push_back(std::move(place));
  if (!after.empty()) text.parts.push_back({TextPart::Kind::literal, std::move(after), {}});
  return text;
}

Path TypeReader::own(std::string_view member) {
  Path path;
  path.steps.push_back({Step::Kind::member, std::string(member), {}});
  path.text = member;
  return path;
}

}  // namespace moshimo::models
