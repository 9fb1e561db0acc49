#include <fmt/format.h>

#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

namespace {

// `timetable(D)`: what stands in the parentheses.
std::optional<Tree> argument(const Tree& tree, std::string_view function) {
  const std::string& text = tree.text;
  if (!tree.is_scalar() || text.size() < function.size() + 2 || text.compare(0, function.size(), function) != 0 ||
      text[function.size()] != '(' || text.back() != ')') {
    return std::nullopt;
  }
  Tree inside = tree;
  inside.text = text.substr(function.size() + 1, text.size() - function.size() - 2);
  inside.at = tree.inside(function.size() + 1);
  inside.is_quoted = false;
  return inside;
}

}  // namespace

FallbackDef TypeReader::fallback(const Tree& tree) const {
  FallbackDef result;
  result.at = tree.at;
  if (tree.is_scalar()) {
    result.in = parser().path(tree);
    return result;
  }
  if (!expect_map(tree, "a fallback")) return result;
  const Tree* in = tree.find("in");
  const Tree* retry = tree.find("retry");
  const Tree* buffer = tree.find("buffer");
  if ((in != nullptr) + (retry != nullptr) + (buffer != nullptr) != 1) {
    error(tree.at, "a fallback has exactly one of `in`, `retry` and `buffer`");
    return result;
  }
  result.test = test_in(tree);
  result.limit = quantity_in(tree, "for");
  result.needs = needs_in(tree, "needs");
  result.basis = basis(tree);
  if (const Tree* age = tree.find("age")) result.age = parser().expression(*age, Wanted::text);
  if (in != nullptr) {
    allow_only(tree, {"in", "as", "age", "for", "needs", "release", "misdirects", "if", "fact", "assumed"});
    result.kind = FallbackDef::Kind::place;
    result.misdirects = says_yes(tree, "misdirects");
    result.in = parser().path(*in);
    result.as = principals_in(tree);
    if (const Tree* release = tree.find("release")) result.release = parser().path(*release);
  } else if (retry != nullptr) {
    allow_only(tree, {"retry", "age", "for", "needs", "if", "fact", "assumed"});
    result.kind = FallbackDef::Kind::retry;
    result.schedule = schedule(*retry);
  } else {
    allow_only(tree, {"buffer", "capacity", "overflow", "for", "needs", "release", "if", "fact", "assumed"});
    result.kind = FallbackDef::Kind::buffer;
    result.buffer = parser().text(*buffer);
    result.capacity = quantity_in(tree, "capacity");
    result.overflow = overflow_in(tree);
    if (const Tree* release = tree.find("release")) result.release = parser().path(*release);
  }
  return result;
}

ReactionDef TypeReader::reaction(const Tree& tree, bool has_if) const {
  ReactionDef result;
  result.at = tree.at;
  if (!expect_map(tree, "a block of `when`")) return result;
  allow_only(tree, has_if ? Keys{"if", "fallbacks", "pause", "sees", "fact", "assumed"}
                          : Keys{"fallbacks", "pause", "sees", "fact", "assumed"});
  if (has_if) result.test = test_in(tree);
  if (const Tree* t = tree.find("fallbacks")) {
    result.fallbacks.emplace();
    for (const Tree* item : items(*t)) result.fallbacks->push_back(fallback(*item));
  }
  if (tree.find("pause") != nullptr) result.pause = delay_in(tree, "pause");
  if (tree.find("sees") != nullptr) result.sees = sees_in(tree);
  result.basis = basis(tree);
  return result;
}

std::vector<WhenDef> TypeReader::when_in(const Tree& tree) const {
  std::vector<WhenDef> all;
  const Tree* found = tree.find("when");
  if (found == nullptr || !expect_map(*found, "`when`")) return all;
  for (const Tree& child : found->children) {
    WhenDef when;
    when.key = child.key;
    Keys known{"refused", "retryable", "any"};
    for (const ClassName& entry : class_names) {
      known.push_back(entry.name);
      if (child.key == entry.name) when.classes.add(entry.error);
    }
    if (child.key == "any") when.classes = ClassSet::all();
    if (child.key == "refused") {
      for (const ErrorClass c : {ErrorClass::denied, ErrorClass::key, ErrorClass::missing}) when.classes.add(c);
    }
    if (child.key == "retryable") {
      for (const ErrorClass c :
           {ErrorClass::throttled, ErrorClass::unavailable, ErrorClass::unhealthy, ErrorClass::stalled}) {
        when.classes.add(c);
      }
    }
    if (when.classes.bits == 0) {
      error(child.key_at, fmt::format("'{}' is no error class, nor refused, retryable or any{}", child.key,
                                      input::did_you_mean(child.key, known)));
      continue;
    }
    if (child.is_list()) {
      for (const Tree& block : child.children) when.blocks.push_back(reaction(block, true));
    } else {
      when.blocks.push_back(reaction(child, child.find("if") != nullptr));
    }
    all.push_back(std::move(when));
  }
  return all;
}

SignDef TypeReader::sign(const Tree& tree) const {
  SignDef result;
  allow_only(tree, {"sign", "words", "of", "ends", "arrivals", "outcome", "measures", "threshold", "period", "rule"});
  const Tree* kind = tree.find("sign");
  if (kind == nullptr) {
    error(tree.at, "`from` is a port, timetable(D), signal(condition) or `{ sign: metric, ... }`");
    return result;
  }
  if (kind->text == "metric") {
    result.what = Watch::For::symptom;
  } else if (kind->text == "call") {
    result.what = Watch::For::action;
  } else if (kind->text == "refusal") {
    result.what = Watch::For::refusal;
  } else if (kind->text == "alarms") {
    result.what = Watch::For::alarms;
    if (tree.find("rule") == nullptr) error(kind->at, "a sign of alarms needs their `rule`");
  } else {
    error(kind->at, fmt::format("`sign` is metric, call, refusal or alarms, not '{}'{}", kind->text,
                                input::did_you_mean(kind->text, {"metric", "call", "refusal", "alarms"})));
  }
  result.words = paths_in(tree, "words");
  if (const Tree* of = tree.find("of")) result.of = parser().path(*of);
  result.asks_for_silence = tree.find("ends") != nullptr;
  result.hears_silence = test_in(tree, "ends");
  result.asks_for_arrivals = tree.find("arrivals") != nullptr;
  result.counts_arrivals = test_in(tree, "arrivals");
  if (const Tree* outcome = tree.find("outcome")) result.outcome = parser().expression(*outcome, Wanted::text);
  if (const Tree* measures = tree.find("measures")) result.measures = parser().expression(*measures, Wanted::text);
  result.threshold = quantity_in(tree, "threshold");
  result.period = quantity_in(tree, "period");
  if (const Tree* rule = tree.find("rule")) result.rule = parser().path(*rule);
  return result;
}

// One way to look up who has used something.
LookBackDef TypeReader::look_back(const Tree& tree) {
  LookBackDef result;
  result.at = tree.at;
  if (!expect_map(tree, "an item of `last_activity`")) return result;
  allow_only(tree, {"says", "if", "shows", "also", "keeps", "lag", "look", "fact", "assumed"});
  result.says = required_text(tree, "says", "an item of `last_activity`");
  result.test = test_in(tree);
  if (const Tree* shows = tree.find("shows")) result.shows = names_in(*shows);
  if (const Tree* also = tree.find("also")) result.also = parser().path(*also);
  if (result.shows.empty() && !result.also) error(tree.at, "an item of `last_activity` says what it `shows`");
  result.keeps = quantity_in(tree, "keeps");
  result.lag = quantity_in(tree, "lag");
  if (const Tree* look = tree.find("look")) result.look = parser().text(*look);
  result.basis = basis(tree);
  return result;
}

HopDef TypeReader::hop(const Tree& tree) {
  HopDef result;
  if (!begin(tree, "hop", result)) return result;
  allow_only(tree, {"says", "if", "each", "from", "to", "as", "needs", "ratio", "combines", "rate", "size", "drain",
                    "when", "unknown", "takes", "fact", "assumed"});
  if (const Tree* t = tree.find("each")) {
    result.each = parser().path(*t);
    words_.item = true;
  }
  result.says = required_text(tree, "says", what("hop", tree));
  result.test = test_in(tree);
  if (const Tree* t = tree.find("from")) {
    if (t->is_map()) {
      result.source = HopDef::Source::sign;
      result.sign = sign(*t);
    } else if (const auto every = argument(*t, "timetable")) {
      result.source = HopDef::Source::timetable;
      result.every = parser().expression(*every, Wanted::quantity);
    } else if (const auto signal = argument(*t, "signal")) {
      result.source = HopDef::Source::signal;
      result.from = parser().path(*signal);
    } else {
      result.from = parser().path(*t);
    }
  } else {
    error(tree.key_at,
          fmt::format("{} needs `from`: a port, timetable(D), signal(condition) or a sign", what("hop", tree)));
  }
  if (const Tree* t = tree.find("to")) {
    if (t->is_map() && t->children.size() == 1) {
      Tree path;
      path.kind = input::NodeKind::scalar;
      path.text = t->children[0].key;
      path.at = t->children[0].key_at;
      result.to = parser().path(path);
      result.to_shown_as = error_class(t->children[0]);
    } else if (!(t->is_scalar() && t->text == "outside")) {
      result.to = parser().path(*t);
    }
  } else {
    error(tree.key_at, fmt::format("{} needs `to`: a port or `outside`", what("hop", tree)));
  }
  result.as = principals_in(tree);
  result.needs = needs_in(tree, "needs");
  result.ratio = quantity_in(tree, "ratio");
  if (const Tree* t = tree.find("combines"); t != nullptr && expect_map(*t, "`combines`")) {
    allow_only(*t, {"every", "bytes"});
    result.combines_every = quantity_in(*t, "every");
    result.combines_bytes = quantity_in(*t, "bytes");
  }
  result.rate = quantity_in(tree, "rate");
  if (result.ratio.is_written() && result.rate.is_written()) {
    error(tree.key_at,
          fmt::format("{} has both `ratio` and `rate`; one of them says how much it carries", what("hop", tree)));
  }
  result.size = quantity_in(tree, "size");
  result.drain = quantity_in(tree, "drain");
  result.when = when_in(tree);
  result.unknown = text_in(tree, "unknown");
  result.takes = quantity_in(tree, "takes");
  result.basis = basis(tree);
  words_.item = false;
  return result;
}

}  // namespace moshimo::models
