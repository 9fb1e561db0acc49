#include "models/catalogue_reader.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>
#include <set>

#include "models/expression_parser.hpp"

namespace moshimo::models {

using input::Diagnostics;
using Wanted = ExpressionParser::Wanted;

// ---- import paths ---------------------------------------------------------------------------------------------------

namespace {

class ImportScanner {
 public:
  explicit ImportScanner(std::string_view text) : text_(text) {}

  ImportPath read() {
    ImportPath path;
    path.text = text_;
    suffixes(path);
    if (text_.substr(0, 5) == "rate(" && text_.back() == ')') {
      path.is_schedule = true;
      text_ = text_.substr(5, text_.size() - 6);
    }
    const std::size_t open = text_.find('(');
    if (open != std::string_view::npos) {
      path.other_type = text_.substr(0, open);
      const std::size_t close = text_.find(')', open);
      if (close == std::string_view::npos) fail("the closing parenthesis is missing");
      path.joined_by = steps(text_.substr(open + 1, close - open - 1));
      if (path.joined_by.empty()) fail("the attribute that names this resource is missing in the parentheses");
      text_.remove_prefix(close + 1);
      if (!text_.empty() && text_.front() == ':') {
        text_.remove_prefix(1);
        if (text_.empty()) fail("a path is missing after the colon");
      } else if (!text_.empty() && text_.front() != '[') {
        fail("a colon is missing after the parenthesis");
      } else if (!text_.empty()) {  // `TYPE(attr)[k = v]`, `TYPE(attr)[k = v]:path`
        const std::size_t end = text_.find(']');
        if (end == std::string_view::npos) fail("']' is missing");
        path.steps = steps(text_.substr(0, end + 1));
        text_.remove_prefix(end + 1);
        if (!text_.empty() && text_.front() == ':') text_.remove_prefix(1);
      }
    }
    for (ImportStep& step : steps(text_)) path.steps.push_back(std::move(step));
    if (path.steps.empty() && path.other_type.empty()) fail("a path is missing");
    return path;
  }

  struct Mistake {
    std::string message;
  };

 private:
  [[noreturn]] static void fail(std::string message) { throw Mistake{std::move(message)}; }

  void suffixes(ImportPath& path) {
    if (const std::size_t times = text_.find(" * "); times != std::string_view::npos) {
      path.times = parse_quantity(text_.substr(times + 3));
      if (!path.times) fail(fmt::format("'{}' is no duration, size or number", text_.substr(times + 3)));
      text_ = text_.substr(0, times);
    }
    if (const std::size_t more = text_.find(" > "); more != std::string_view::npos) {
      const auto than = parse_quantity(text_.substr(more + 3));
      if (!than || than->unit != Unit::none) fail(fmt::format("'{}' is no number", text_.substr(more + 3)));
      path.more_than = than->value;
      text_ = text_.substr(0, more);
    }
  }

  static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == ':' || c == '/' || c == '@';
  }

  static std::vector<ImportStep> steps(std::string_view text) {
    std::vector<ImportStep> found;
    std::size_t i = 0;
    while (i < text.size() && text[i] == '^') {
      found.push_back({ImportStep::Kind::up, {}, {}});
      ++i;
      if (i < text.size() && text[i] == '.') ++i;
    }
    bool name_wanted = i < text.size() && text[i] != '[';
    while (i < text.size() || name_wanted) {
      if (name_wanted) {
        const std::size_t begin = i;
        while (i < text.size() && is_name_char(text[i])) ++i;
        if (i == begin) fail(fmt::format("a name is missing before '{}'", text.substr(i)));
        found.push_back({ImportStep::Kind::member, std::string(text.substr(begin, i - begin)), {}});
        name_wanted = false;
      } else if (text[i] == '.') {
        ++i;
        name_wanted = true;
      } else if (text[i] == '#') {
        const std::size_t begin = ++i;
        while (i < text.size() && is_name_char(text[i])) ++i;
        const std::string_view word = text.substr(begin, i - begin);
        if (word == "json") {
          found.push_back({ImportStep::Kind::json, {}, {}});
        } else if (word == "statements") {
          found.push_back({ImportStep::Kind::statements, {}, {}});
        } else {
          fail(fmt::format("'#{}' is not known; there are #json and #statements", word));
        }
      } else if (text[i] == '[') {
        const std::size_t end = text.find(']', i);
        if (end == std::string_view::npos) fail("']' is missing");
        const std::string_view inside = text.substr(i + 1, end - i - 1);
        i = end + 1;
        if (inside.empty()) {
          found.push_back({ImportStep::Kind::each, {}, {}});
          continue;
        }
        const std::size_t equals = inside.find('=');
        if (equals == std::string_view::npos) fail(fmt::format("'[{}]' is neither [] nor [key = value]", inside));
        const auto trim = [](std::string_view t) {
          while (!t.empty() && t.front() == ' ') t.remove_prefix(1);
          while (!t.empty() && t.back() == ' ') t.remove_suffix(1);
          return std::string(t);
        };
        found.push_back({ImportStep::Kind::matching, trim(inside.substr(0, equals)), trim(inside.substr(equals + 1))});
      } else {
        fail(fmt::format("'{}' was not expected here", text.substr(i)));
      }
    }
    return found;
  }

  std::string_view text_;
};

}  // namespace

std::optional<ImportPath> parse_import_path(std::string_view text, std::string* mistake) {
  try {
    return ImportScanner(text).read();
  } catch (const ImportScanner::Mistake& found) {
    if (mistake != nullptr) *mistake = found.message;
    return std::nullopt;
  }
}

// ---- types ----------------------------------------------------------------------------------------------------------

namespace {

using Keys = std::vector<std::string_view>;

struct ClassName {
  std::string_view name;
  ErrorClass error;
};
constexpr ClassName class_names[] = {
    {"denied", ErrorClass::denied},           {"key", ErrorClass::key},
    {"missing", ErrorClass::missing},         {"throttled", ErrorClass::throttled},
    {"unavailable", ErrorClass::unavailable}, {"unhealthy", ErrorClass::unhealthy},
    {"stalled", ErrorClass::stalled},         {"failed", ErrorClass::failed},
};

class TypeReader {
 public:
  TypeReader(const std::string& name, const std::map<std::string, std::vector<std::string>, std::less<>>& groups,
             Diagnostics& diagnostics)
      : groups_(groups), diagnostics_(diagnostics) {
    type_.name = name;
    words_.type = name;
    words_.groups = &groups;
  }

  TypeDef read(const CatalogueTrees::Type& source) {
    const Tree& tree = source.tree;
    type_.service = source.service;
    type_.at = tree.key_at;
    allow_only(tree, {"says", "terraform", "cloudformation", "arn", "attributes", "conditions", "ports", "stores",
                      "hops", "processes", "repairs", "faults", "guards"});
    collect_members(tree);
    if (const Tree* says = tree.find("says")) type_.says = says->text;
    if (const Tree* t = tree.find("terraform")) type_.terraform = import_sources(*t);
    if (const Tree* t = tree.find("cloudformation")) type_.cloudformation = import_sources(*t);
    words_.report = true;  // what only AWS knows of an ARN is asked for
    if (const Tree* t = tree.find("arn")) type_.arn = parser().text(*t);
    words_.report = false;
    section(tree, "attributes", [&](const Tree& t) { type_.attributes.push_back(attribute(t)); });
    section(tree, "conditions", [&](const Tree& t) { type_.conditions.push_back(condition(t)); });
    add_exists();
    section(tree, "ports", [&](const Tree& t) { type_.ports.push_back(port(t)); });
    section(tree, "stores", [&](const Tree& t) { type_.stores.push_back(store(t)); });
    section(tree, "hops", [&](const Tree& t) { type_.hops.push_back(hop(t)); });
    section(tree, "processes", [&](const Tree& t) { type_.processes.push_back(process(t)); });
    section(tree, "repairs", [&](const Tree& t) { type_.repairs.push_back(repair(t)); });
    add_recreate();
    faults(tree);
    if (const Tree* t = tree.find("guards")) type_.guards = guards(*t);
    return std::move(type_);
  }

 private:
  ExpressionParser parser() const { return {words_, diagnostics_}; }
  void error(input::Position at, std::string message) const { diagnostics_.error(at, std::move(message)); }

  // ---- shapes ----
  void allow_only(const Tree& map, const Keys& keys) const {
    if (!map.is_map()) return;
    for (const Tree& child : map.children) {
      if (std::find(keys.begin(), keys.end(), child.key) != keys.end()) continue;
      error(child.key_at, fmt::format("unknown key '{}'{}", child.key, input::did_you_mean(child.key, keys)));
    }
  }
  bool expect_map(const Tree& tree, std::string_view what) const {
    if (tree.is_map()) return true;
    error(tree.at, fmt::format("{} is a map", what));
    return false;
  }
  template <class Take>
  void section(const Tree& tree, std::string_view name, const Take& take) const {
    const Tree* found = tree.find(name);
    if (found == nullptr || found->is_null() || !expect_map(*found, fmt::format("`{}`", name))) return;
    for (const Tree& child : found->children) take(child);
  }
  std::vector<const Tree*> items(const Tree& tree) const {
    std::vector<const Tree*> found;
    if (tree.is_list()) {
      for (const Tree& child : tree.children) found.push_back(&child);
    } else if (!tree.is_null()) {
      error(tree.at, "a list is expected here; put it in brackets");
    }
    return found;
  }
  std::vector<const Tree*> one_or_many(const Tree& tree) const {
    if (tree.is_list()) return items(tree);
    return {&tree};
  }
  bool yes_no(const Tree& tree) const {
    if (tree.text == "yes" || tree.text == "true") return true;
    if (tree.text != "no" && tree.text != "false") error(tree.at, "yes or no is expected here");
    return false;
  }
  bool says_yes(const Tree& tree, std::string_view key) const {
    const Tree* found = tree.find(key);
    return found != nullptr && yes_no(*found);
  }
  std::string name_in(const Tree& scalar) const {
    if (!scalar.is_scalar()) error(scalar.at, "a name is expected here");
    return scalar.text;
  }
  std::vector<std::string> names_in(const Tree& tree) const {
    std::vector<std::string> names;
    for (const Tree* item : one_or_many(tree)) names.push_back(name_in(*item));
    return names;
  }

  // ---- names ----
  void collect_members(const Tree& tree) {
    std::map<std::string, std::string, std::less<>> seen;
    for (const std::string_view name : {"name", "arn", "account", "region", "ok", "exists"}) {
      words_.members.emplace_back(name);
      if (name != "exists") seen.emplace(name, "there is always one");
    }
    static const std::set<std::string_view> reserved{"self", "item", "outside", "forever", "unlimited",
                                                     "ask",  "gap",  "backlog", "now",     "step"};
    for (const std::string_view section :
         {"attributes", "conditions", "ports", "stores", "hops", "processes", "repairs"}) {
      const Tree* found = tree.find(section);
      if (found == nullptr) continue;
      for (const Tree& member : found->children) {
        check_name(member);
        if (reserved.count(member.key) != 0) {
          error(member.key_at,
                fmt::format("'{}' has a meaning of its own in this language; use another name", member.key));
        }
        const auto [earlier, is_new] = seen.emplace(member.key, fmt::format("it stands in `{}`", section));
        if (!is_new) {
          error(member.key_at,
                fmt::format("{} has two members named '{}' ({})", type_.name, member.key, earlier->second));
        }
        if (member.key != "exists") words_.members.push_back(member.key);
        if (section == "attributes") collect_options(member, member.key);
      }
    }
  }
  void collect_options(const Tree& attribute, const std::string& path) {
    if (const Tree* options = attribute.find("one_of"); options != nullptr) {
      for (const Tree& option : options->children) words_.options[path].push_back(option.text);
    }
    if (const Tree* members = attribute.find("object"); members != nullptr) {
      for (const Tree& member : members->children) collect_options(member, path + "." + member.key);
    }
  }
  void check_name(const Tree& member) const {
    const bool fine =
        !member.key.empty() &&
        std::all_of(member.key.begin(), member.key.end(),
                    [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }) &&
        member.key.front() >= 'a' && member.key.front() <= 'z';
    if (!fine) error(member.key_at, fmt::format("'{}' is no name: use small letters, digits, '_' and '-'", member.key));
  }

  // ---- shared parts ----
  std::optional<ErrorClass> error_class(const Tree& tree) const {
    Keys known;
    for (const ClassName& entry : class_names) {
      if (tree.text == entry.name) return entry.error;
      known.push_back(entry.name);
    }
    error(tree.at, fmt::format("'{}' is no error class{}", tree.text, input::did_you_mean(tree.text, known)));
    return std::nullopt;
  }
  Test test_in(const Tree& tree, std::string_view key = "if") const {
    const Tree* found = tree.find(key);
    return found == nullptr ? Test{} : parser().test(*found);
  }
  Text text_in(const Tree& tree, std::string_view key) const {
    const Tree* found = tree.find(key);
    return found == nullptr ? Text{} : parser().text(*found);
  }
  Text required_text(const Tree& tree, std::string_view key, std::string_view what) const {
    if (tree.find(key) == nullptr) error(tree.key_at, fmt::format("{} needs `{}`", what, key));
    return text_in(tree, key);
  }
  Expression quantity_in(const Tree& tree, std::string_view key) const {
    const Tree* found = tree.find(key);
    return found == nullptr ? Expression{} : parser().expression(*found, Wanted::quantity);
  }
  Basis basis(const Tree& tree) const {
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
  DelayDef delay_in(const Tree& tree, std::string_view key) const {
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
  std::vector<PhaseDef> schedule(const Tree& tree) const {
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
  Overflow overflow_in(const Tree& tree) const {
    const Tree* found = tree.find("overflow");
    if (found == nullptr || found->text == "next") return Overflow::next;
    if (found->text == "drop_newest") return Overflow::drop_newest;
    if (found->text == "drop_oldest") return Overflow::drop_oldest;
    if (found->text == "block") return Overflow::block;
    error(found->at, fmt::format("`overflow` is next, drop_newest, drop_oldest or block{}",
                                 input::did_you_mean(found->text, {"next", "drop_newest", "drop_oldest", "block"})));
    return Overflow::next;
  }
  std::vector<SeesDef> sees_in(const Tree& tree) const {
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
      allow_only(*item, {"metric", "error", "event", "log", "status", "silent", "after", "of", "if", "while", "since",
                         "until", "fact", "assumed"});
      sees.after = quantity_in(*item, "after");
      if (const Tree* of = item->find("of")) sees.of = of->text;
      sees.test = test_in(*item);
      sees.only_while = needs_in(*item, "while");
      if (const Tree* t = item->find("since")) sees.since = parser().moment(*t);
      if (const Tree* t = item->find("until")) sees.until = parser().moment(*t);
      sees.basis = basis(*item);
      all.push_back(std::move(sees));
    }
    return all;
  }
  std::vector<Path> paths_in(const Tree& tree, std::string_view key) const {
    std::vector<Path> found;
    if (const Tree* list = tree.find(key)) {
      for (const Tree* item : one_or_many(*list)) found.push_back(parser().path(*item));
    }
    return found;
  }
  std::vector<PrincipalDef> principals_in(const Tree& tree) const {
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

  // ---- needs ----
  NeedDefs needs_in(const Tree& tree, std::string_view key) const {
    NeedDefs needs;
    const Tree* found = tree.find(key);
    if (found == nullptr) return needs;
    for (const Tree* item : items(*found)) add_need(*item, Test{}, needs);
    return needs;
  }
  static Test both(Test a, Test b) {
    if (a.is_always()) return b;
    if (b.is_always()) return a;
    Test joined;
    joined.kind = Test::Kind::all_of;
    joined.at = a.at;
    joined.tests.push_back(std::move(a));
    joined.tests.push_back(std::move(b));
    return joined;
  }
  void add_need(const Tree& tree, const Test& outer, NeedDefs& needs) const {
    NeedDef need;
    need.at = tree.at;
    need.test = outer;
    if (tree.is_scalar()) {
      need.paths.push_back(parser().path(tree));
      needs.push_back(std::move(need));
      return;
    }
    if (tree.is_list()) {
      for (const Tree& child : tree.children) add_need(child, outer, needs);
      return;
    }
    if (!expect_map(tree, "a need")) return;
    if (const Tree* nested = tree.find("need")) {
      allow_only(tree, {"if", "need"});
      add_need(*nested, both(outer, test_in(tree)), needs);
      return;
    }
    const Tree* any = tree.find("any");
    const Tree* all = tree.find("all");
    if (any != nullptr || all != nullptr) {
      allow_only(tree, {any != nullptr ? "any" : "all", "else", "if"});
      need.kind = any != nullptr ? NeedDef::Kind::any : NeedDef::Kind::all;
      need.paths = paths_in(tree, any != nullptr ? "any" : "all");
      need.test = both(outer, test_in(tree));
      if (const Tree* otherwise = tree.find("else")) need.shown_as = error_class(*otherwise);
      needs.push_back(std::move(need));
      return;
    }
    if (tree.children.size() != 1) {
      error(tree.at,
            "a need is a path, `{ path: class }`, `{ any: path, else: class }`, `{ all: path }` or `{ if:, need: }`");
      return;
    }
    const Tree& only = tree.children.front();
    Tree path;
    path.kind = input::NodeKind::scalar;
    path.text = only.key;
    path.at = only.key_at;
    need.paths.push_back(parser().path(path));
    need.shown_as = error_class(only);
    needs.push_back(std::move(need));
  }

  // ---- import ----
  std::vector<ImportSource> import_sources(const Tree& tree) const {
    std::vector<ImportSource> sources;
    if (!expect_map(tree, "what a type is imported from")) return sources;
    for (const Tree& child : tree.children) {
      if (!expect_map(child, fmt::format("`{}`", child.key))) continue;
      allow_only(child, {"named_by", "also", "parts", "faults", "mentions"});
      ImportSource source;
      source.type = child.key;
      source.at = child.key_at;
      if (const Tree* t = child.find("named_by")) {
        source.named_by = names_in(*t);
      } else {
        error(child.at, "key 'named_by' is missing: the attribute that gives a resource its name");
      }
      if (const Tree* t = child.find("also")) source.also = names_in(*t);
      if (const Tree* t = child.find("parts"); t != nullptr && expect_map(*t, "what else is part of it")) {
        for (const Tree& part : t->children) import_part(part, source);
      }
      if (const Tree* t = child.find("faults"); t != nullptr && expect_map(*t, "the updates that are faults")) {
        for (const Tree& fault : t->children) faults_by_update(fault, source);
      }
      if (const Tree* t = child.find("mentions"); t != nullptr && expect_map(*t, "what it names besides")) {
        for (const Tree& named : t->children) import_mention(named, source);
      }
      sources.push_back(std::move(source));
    }
    return sources;
  }
  void import_part(const Tree& tree, ImportSource& source) const {
    std::string mistake;
    auto path = parse_import_path(tree.key, &mistake);
    if (!path || path->other_type.empty() || !path->steps.empty()) {
      error(tree.key_at, mistake.empty() ? "a part is written as TYPE(attribute that names this resource)" : mistake);
    } else {
      source.parts.push_back({std::move(*path), name_in(tree), tree.at});
    }
  }
  void import_mention(const Tree& tree, ImportSource& source) const {
    std::string mistake;
    auto path = parse_import_path(tree.key, &mistake);
    if (!path) {
      error(tree.key_at, mistake);
      return;
    }
    ImportSource::Mention mention;
    mention.path = std::move(*path);
    mention.at = tree.at;
    mention.types = types_named(tree, mention.any_type);
    source.mentions.push_back(std::move(mention));
  }
  void faults_by_update(const Tree& tree, ImportSource& source) const {
    for (const Tree* item : one_or_many(tree)) {
      const std::size_t equals = item->is_scalar() ? item->text.find(" = ") : std::string_view::npos;
      if (equals == std::string_view::npos) {
        error(item->at, "an update is written as `attribute = value`");
        continue;
      }
      source.faults.push_back({std::string(tree.key), std::string(item->text.substr(0, equals)),
                               std::string(item->text.substr(equals + 3)), item->at});
    }
  }
  std::vector<ImportPath> import_paths(const Tree& tree, std::string_view key) const {
    std::vector<ImportPath> paths;
    const Tree* found = tree.find(key);
    if (found == nullptr) return paths;
    for (const Tree* item : one_or_many(*found)) {
      std::string mistake;
      auto path = item->is_scalar() ? parse_import_path(item->text, &mistake) : std::nullopt;
      if (!path) {
        error(item->at, mistake.empty() ? "an import path is expected here, such as `rule[].role_arn`" : mistake);
        continue;
      }
      path->at = item->at;
      paths.push_back(std::move(*path));
    }
    return paths;
  }

  // ---- attributes ----
  struct KindName {
    std::string_view name;
    AttributeDef::Kind kind;
  };
  static const std::vector<KindName>& kinds() {
    using Kind = AttributeDef::Kind;
    static const std::vector<KindName> all{
        {"refers_to", Kind::refers_to}, {"contains", Kind::contains}, {"object", Kind::object}, {"text", Kind::text},
        {"count", Kind::count},         {"duration", Kind::duration}, {"bytes", Kind::bytes},   {"rate", Kind::rate},
        {"ratio", Kind::ratio},         {"yes_no", Kind::yes_no},     {"one_of", Kind::one_of}, {"map", Kind::map},
        {"policy", Kind::policy},       {"port", Kind::port},         {"parent", Kind::parent}, {"fixed", Kind::fixed}};
    return all;
  }
  std::vector<std::string> types_named(const Tree& tree, bool& any) const {
    std::vector<std::string> types;
    for (const Tree* item : one_or_many(tree)) {
      const auto group = groups_.find(item->text);
      if (item->text == "any") {
        any = true;
      } else if (group != groups_.end()) {
        types.insert(types.end(), group->second.begin(), group->second.end());
      } else if (item->text.find(':') != std::string::npos) {
        types.push_back(item->text);
      } else {
        Keys known{"any"};
        for (const auto& entry : groups_) known.push_back(entry.first);
        error(item->at, fmt::format("'{}' is neither a type (service:type) nor a group nor `any`{}", item->text,
                                    input::did_you_mean(item->text, known)));
      }
    }
    std::sort(types.begin(), types.end());
    types.erase(std::unique(types.begin(), types.end()), types.end());
    return types;
  }
  AttributeDef attribute(const Tree& tree) {
    AttributeDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    if (!expect_map(tree, fmt::format("attribute '{}'", tree.key))) return result;
    Keys allowed{"through", "many", "or_text", "optional",  "default",
                 "range",   "fact", "assumed", "terraform", "cloudformation"};
    const KindName* kind = nullptr;
    for (const KindName& entry : kinds()) {
      allowed.push_back(entry.name);
      if (tree.find(entry.name) == nullptr) continue;
      if (kind != nullptr) {
        error(tree.key_at, fmt::format("attribute '{}' is both `{}` and `{}`", tree.key, kind->name, entry.name));
      }
      kind = &entry;
    }
    allow_only(tree, allowed);
    if (kind == nullptr) {
      std::string names;
      for (const KindName& entry : kinds()) names += fmt::format("{}{}", names.empty() ? "" : ", ", entry.name);
      error(tree.key_at, fmt::format("attribute '{}' needs its kind: one of {}", tree.key, names));
      return result;
    }
    result.kind = kind->kind;
    const Tree& value = *tree.find(kind->name);
    using Kind = AttributeDef::Kind;
    switch (kind->kind) {
      case Kind::refers_to: result.types = types_named(value, result.any_type); break;
      case Kind::contains: {
        bool any = false;
        result.types = types_named(value, any);
        if (any || result.types.size() != 1) error(value.at, "`contains` names exactly one type");
        if (const Tree* through = tree.find("through")) {
          result.through = name_in(*through);
        } else {
          error(tree.key_at, "`contains` needs `through`: the part's attribute for its parent");
        }
        break;
      }
      case Kind::object:
        if (expect_map(value, "`object`")) {
          for (const Tree& member : value.children) {
            check_name(member);
            result.members.push_back(attribute(member));
          }
        }
        break;
      case Kind::one_of: result.options = names_in(value); break;
      case Kind::port: result.port_of = name_in(value); break;
      case Kind::fixed:
        words_.report = true;  // a command that repairs use
        result.fixed = parser().expression(value, Wanted::any);
        words_.report = false;
        break;
      case Kind::map:
        if (value.text != "text" && value.text != "true") error(value.at, "`map` is `text`");
        break;
      case Kind::text:
      case Kind::count:
      case Kind::duration:
      case Kind::bytes:
      case Kind::rate:
      case Kind::ratio:
      case Kind::yes_no:
      case Kind::policy:
      case Kind::parent:
        if (!yes_no(value)) error(value.at, fmt::format("`{}` is `true`", kind->name));
        break;
    }
    if (tree.find("through") != nullptr && kind->kind != Kind::contains) {
      error(tree.find("through")->key_at, "`through` belongs to `contains`");
    }
    result.many = says_yes(tree, "many");
    result.or_text = says_yes(tree, "or_text");
    result.optional = says_yes(tree, "optional");
    if (result.or_text && kind->kind != Kind::refers_to) {
      error(tree.find("or_text")->key_at, "`or_text` belongs to `refers_to`");
    }
    if (const Tree* value_tree = tree.find("default")) {
      const bool is_number = kind->kind == Kind::count || kind->kind == Kind::duration || kind->kind == Kind::bytes ||
                             kind->kind == Kind::rate || kind->kind == Kind::ratio;
      const bool is_text = kind->kind == Kind::text || kind->kind == Kind::refers_to || kind->kind == Kind::one_of ||
                           kind->kind == Kind::port;
      if (!(is_text && value_tree->is_scalar() && value_tree->text.empty())) {
        words_.plain = result.options;
        result.default_value = parser().expression(*value_tree, is_number && !result.many ? Wanted::quantity
                                                                : is_text                 ? Wanted::text
                                                                                          : Wanted::any);
        words_.plain.clear();
      } else {
        result.default_value.kind = Expression::Kind::text;
        result.default_value.at = value_tree->at;
      }
    }
    if (const Tree* range = tree.find("range")) {
      if (range->is_list() && range->children.size() == 2) {
        result.least = parse_quantity(range->children[0].text);
        result.most = parse_quantity(range->children[1].text);
      }
      if (!result.least || !result.most) error(range->at, "`range` is a list of the least and the most: [1m, 14d]");
    }
    result.basis = basis(tree);
    result.terraform = import_paths(tree, "terraform");
    result.cloudformation = import_paths(tree, "cloudformation");
    return result;
  }

  // ---- conditions ----
  ConditionDef condition(const Tree& tree) {
    ConditionDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    if (!expect_map(tree, fmt::format("condition '{}'", tree.key))) return result;
    allow_only(tree, {"says", "class", "if", "initially", "follows", "falls_after", "rises_after", "rises",
                      "refreshed_by", "sees", "fact", "assumed"});
    result.says = required_text(tree, "says", fmt::format("condition '{}'", tree.key));
    if (const Tree* t = tree.find("class")) {
      result.error = error_class(*t).value_or(ErrorClass::unavailable);
    } else if (tree.key == "exists") {
      result.error = ErrorClass::missing;
    } else {
      error(tree.key_at, fmt::format("condition '{}' needs `class`: what is seen while it does not hold", tree.key));
    }
    result.test = test_in(tree);
    result.initially = test_in(tree, "initially");
    result.is_derived = tree.find("follows") != nullptr;
    result.follows = needs_in(tree, "follows");
    result.falls_after = delay_in(tree, "falls_after");
    result.rises_after = delay_in(tree, "rises_after");
    if (const Tree* rises = tree.find("rises")) {
      if (rises->text == "repair") {
        result.rises = Condition::Rises::by_repair;
      } else if (rises->text == "never") {
        result.rises = Condition::Rises::never;
      } else {
        error(rises->at, "`rises` is `repair` or `never`; a delay goes into `rises_after`");
      }
      if (tree.find("rises_after") != nullptr && result.rises == Condition::Rises::never) {
        error(rises->key_at, "a condition that never rises has no `rises_after`");
      }
    }
    if (const Tree* t = tree.find("refreshed_by")) result.refreshed_by = names_in(*t);
    result.sees = sees_in(tree);
    result.basis = basis(tree);
    return result;
  }
  static Text words(std::string before, std::string_view member, std::string after) {
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
  static Path own(std::string_view member) {
    Path path;
    path.steps.push_back({Step::Kind::member, std::string(member), {}});
    path.text = member;
    return path;
  }
  void add_exists() {
    const auto found = std::find_if(type_.conditions.begin(), type_.conditions.end(),
                                    [](const ConditionDef& c) { return c.name == "exists"; });
    if (found != type_.conditions.end()) {
      std::rotate(type_.conditions.begin(), found, found + 1);
      return;
    }
    ConditionDef exists;
    exists.name = "exists";
    exists.says = words("", "name", " exists");
    exists.error = ErrorClass::missing;
    exists.is_implicit = true;
    exists.at = type_.at;
    type_.conditions.insert(type_.conditions.begin(), std::move(exists));
  }

  // ---- ports, stores ----
  PortDef port(const Tree& tree) {
    PortDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    if (!tree.is_null() && !expect_map(tree, fmt::format("port '{}'", tree.key))) return result;
    allow_only(tree, {"says", "if", "needs", "by", "capacity", "callers", "action", "fact", "assumed"});
    result.says = text_in(tree, "says");
    result.test = test_in(tree);
    result.callers = test_in(tree, "callers");
    words_.caller = true;
    result.needs = needs_in(tree, "needs");
    words_.caller = false;
    const bool has_exists = std::any_of(result.needs.begin(), result.needs.end(), [](const NeedDef& need) {
      return need.test.is_always() && need.paths.size() == 1 && need.paths[0].start == Path::Start::component &&
             need.paths[0].steps.size() == 1 && need.paths[0].steps[0].name == "exists";
    });
    if (!has_exists) {
      NeedDef need;
      need.paths.push_back(own("exists"));
      need.at = result.at;
      result.needs.insert(result.needs.begin(), std::move(need));
    }
    if (const Tree* t = tree.find("by")) result.by = name_in(*t);
    result.capacity = quantity_in(tree, "capacity");
    if (const Tree* t = tree.find("action")) result.actions = names_in(*t);
    result.basis = basis(tree);
    return result;
  }
  StoreDef store(const Tree& tree) const {
    StoreDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    if (!expect_map(tree, fmt::format("store '{}'", tree.key))) return result;
    allow_only(tree, {"says", "if", "holds_for", "capacity", "overflow", "accepts", "readable", "lost_with", "order",
                      "readers", "holds_data", "fact", "assumed"});
    result.says = required_text(tree, "says", fmt::format("store '{}'", tree.key));
    result.test = test_in(tree);
    result.holds_for = quantity_in(tree, "holds_for");
    result.capacity = quantity_in(tree, "capacity");
    result.overflow = overflow_in(tree);
    result.accepts = needs_in(tree, "accepts");
    result.readable = needs_in(tree, "readable");
    result.lost_with = paths_in(tree, "lost_with");
    result.is_ordered = says_yes(tree, "order");
    if (const Tree* t = tree.find("readers")) {
      if (t->text != "share" && t->text != "each") error(t->at, "`readers` is share or each");
      result.readers = t->text == "each" ? StoreDef::Readers::each : StoreDef::Readers::share;
    }
    result.holds_data = says_yes(tree, "holds_data");
    result.basis = basis(tree);
    return result;
  }

  // ---- hops ----
  FallbackDef fallback(const Tree& tree) const {
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
    result.basis = basis(tree);
    if (in != nullptr) {
      allow_only(tree, {"in", "as", "age", "for", "release", "if", "fact", "assumed"});
      result.kind = FallbackDef::Kind::place;
      result.in = parser().path(*in);
      result.as = principals_in(tree);
      if (const Tree* age = tree.find("age")) result.age = parser().expression(*age, Wanted::text);
      if (const Tree* release = tree.find("release")) result.release = parser().path(*release);
    } else if (retry != nullptr) {
      allow_only(tree, {"retry", "for", "if", "fact", "assumed"});
      result.kind = FallbackDef::Kind::retry;
      result.schedule = schedule(*retry);
    } else {
      allow_only(tree, {"buffer", "capacity", "overflow", "for", "release", "if", "fact", "assumed"});
      result.kind = FallbackDef::Kind::buffer;
      result.buffer = parser().text(*buffer);
      result.capacity = quantity_in(tree, "capacity");
      result.overflow = overflow_in(tree);
      if (const Tree* release = tree.find("release")) result.release = parser().path(*release);
    }
    return result;
  }
  ReactionDef reaction(const Tree& tree, bool has_if) const {
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
  std::vector<WhenDef> when_in(const Tree& tree) const {
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
  // `timetable(D)`: what stands in the parentheses.
  static std::optional<Tree> argument(const Tree& tree, std::string_view function) {
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
  HopDef hop(const Tree& tree) {
    HopDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    const std::string what = fmt::format("hop '{}'", tree.key);
    if (!expect_map(tree, what)) return result;
    allow_only(tree, {"says", "if", "each", "from", "to", "as", "needs", "ratio", "rate", "size", "drain", "when",
                      "unknown", "fact", "assumed"});
    if (const Tree* t = tree.find("each")) {
      result.each = parser().path(*t);
      words_.item = true;
    }
    result.says = required_text(tree, "says", what);
    result.test = test_in(tree);
    if (const Tree* t = tree.find("from")) {
      if (const auto every = argument(*t, "timetable")) {
        result.source = HopDef::Source::timetable;
        result.every = parser().expression(*every, Wanted::quantity);
      } else if (const auto signal = argument(*t, "signal")) {
        result.source = HopDef::Source::signal;
        result.from = parser().path(*signal);
      } else {
        result.from = parser().path(*t);
      }
    } else {
      error(tree.key_at, fmt::format("{} needs `from`: a port, timetable(D) or signal(condition)", what));
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
      error(tree.key_at, fmt::format("{} needs `to`: a port or `outside`", what));
    }
    result.as = principals_in(tree);
    result.needs = needs_in(tree, "needs");
    result.ratio = quantity_in(tree, "ratio");
    result.rate = quantity_in(tree, "rate");
    if (result.ratio.is_written() && result.rate.is_written()) {
      error(tree.key_at, fmt::format("{} has both `ratio` and `rate`; one of them says how much it carries", what));
    }
    result.size = quantity_in(tree, "size");
    result.drain = quantity_in(tree, "drain");
    result.when = when_in(tree);
    result.unknown = text_in(tree, "unknown");
    result.basis = basis(tree);
    words_.item = false;
    return result;
  }

  // ---- processes ----
  ProcessDef process(const Tree& tree) const {
    ProcessDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    if (!expect_map(tree, fmt::format("process '{}'", tree.key))) return result;
    allow_only(tree, {"says", "if", "count", "lifetime", "start", "run", "healthy", "start_time",
                      "ends_when_unhealthy_for", "restart", "sees", "fact", "assumed"});
    result.says = text_in(tree, "says");
    result.test = test_in(tree);
    result.count = quantity_in(tree, "count");
    result.lifetime = quantity_in(tree, "lifetime");
    result.start = needs_in(tree, "start");
    result.run = needs_in(tree, "run");
    result.healthy = needs_in(tree, "healthy");
    result.start_time = quantity_in(tree, "start_time");
    result.ends_when_unhealthy_for = quantity_in(tree, "ends_when_unhealthy_for");
    if (const Tree* t = tree.find("restart")) {
      if (t->is_scalar()) {
        if (t->text != "never") error(t->at, "`restart` is a schedule or `never`");
        result.restarts = false;
      } else {
        result.restart = schedule(*t);
      }
    }
    result.sees = sees_in(tree);
    result.basis = basis(tree);
    return result;
  }

  // ---- repairs, faults, guards ----
  RepairDef repair(const Tree& tree) {
    RepairDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    if (!expect_map(tree, fmt::format("repair '{}'", tree.key))) return result;
    allow_only(tree, {"title", "if", "restores", "breaks", "restarts", "sets", "requires", "rate", "takes", "who",
                      "terraform", "commands", "verify", "fact", "assumed", "limits"});
    words_.report = true;
    result.title = required_text(tree, "title", fmt::format("repair '{}'", tree.key));
    result.test = test_in(tree);
    result.restores = paths_in(tree, "restores");
    result.breaks = paths_in(tree, "breaks");
    if (const Tree* t = tree.find("restarts")) result.restarts = name_in(*t);
    if (const Tree* t = tree.find("sets"); t != nullptr && expect_map(*t, "`sets`")) {
      for (const Tree& child : t->children) {
        result.sets.push_back({child.key, parser().expression(child, Wanted::any), child.key_at});
      }
    }
    result.requirements = needs_in(tree, "requires");
    result.rate = quantity_in(tree, "rate");
    result.takes = quantity_in(tree, "takes");
    result.who = text_in(tree, "who");
    result.by_apply = says_yes(tree, "terraform");
    if (const Tree* t = tree.find("commands")) {
      for (const Tree* item : items(*t)) result.commands.push_back(parser().text(*item));
    }
    result.verify = text_in(tree, "verify");
    result.basis = basis(tree);
    if (const Tree* t = tree.find("limits")) result.limits = name_in(*t);
    words_.report = false;
    return result;
  }
  // What was deleted and has no way back of its own is declared again with the infrastructure code.
  void add_recreate() {
    const ConditionDef& exists = type_.conditions.front();
    if (exists.is_derived || exists.rises == Condition::Rises::never || type_.find_repair("recreate") != nullptr)
      return;
    for (const RepairDef& repair : type_.repairs) {
      for (const Path& path : repair.restores) {
        if (path.start == Path::Start::component && path.steps.size() == 1 && path.steps[0].name == "exists") return;
      }
    }
    RepairDef recreate;
    recreate.name = "recreate";
    recreate.title = words("Declare ", "name", " again");
    recreate.restores.push_back(own("exists"));
    recreate.by_apply = true;
    recreate.takes.kind = Expression::Kind::quantity;
    recreate.takes.quantity = {300, Unit::seconds};
    recreate.basis.is_assumed = true;
    recreate.basis.assumed = "applying the code of one resource takes five minutes";
    recreate.is_implicit = true;
    recreate.at = type_.at;
    type_.repairs.push_back(std::move(recreate));
  }
  void faults(const Tree& tree) {
    const Tree* found = tree.find("faults");
    if (found != nullptr && !found->is_null() && expect_map(*found, "`faults`")) {
      for (const Tree& child : found->children) {
        check_name(child);
        if (child.key == "outage" || child.key == "set" || child.key == "replace") {
          error(child.key_at, fmt::format("the fault '{}' belongs to every scenario; use another name", child.key));
        }
        type_.faults.push_back(fault(same_as(child, *found)));
      }
    }
    if (type_.find_fault("delete") == nullptr) {
      FaultDef deletion;
      deletion.name = "delete";
      deletion.breaks.push_back(own("exists"));
      deletion.is_implicit = true;
      deletion.at = type_.at;
      type_.faults.push_back(std::move(deletion));
    }
  }
  // A fault that is another one, with its own keys over it.
  Tree same_as(const Tree& tree, const Tree& all, int depth = 0) const {
    const Tree* other = tree.find("same_as");
    if (other == nullptr) return tree;
    const Tree* base = all.find(other->text);
    if (base == nullptr || base->key == tree.key || depth > 8) {
      Keys known;
      for (const Tree& child : all.children) {
        if (child.key != tree.key) known.push_back(child.key);
      }
      error(other->at, depth > 8 ? std::string("`same_as` goes round in a circle")
                                 : fmt::format("there is no other fault '{}'{}", other->text,
                                               input::did_you_mean(other->text, known)));
      return tree;
    }
    Tree merged = same_as(*base, all, depth + 1);
    for (const Tree& child : tree.children) {
      if (Tree* mine = merged.find(child.key)) {
        *mine = child;
      } else {
        merged.children.push_back(child);
      }
    }
    merged.key = tree.key;
    merged.key_at = tree.key_at;
    merged.at = tree.at;
    return merged;
  }
  FaultDef fault(const Tree& tree) {
    FaultDef result;
    result.name = tree.key;
    result.at = tree.key_at;
    if (!expect_map(tree, fmt::format("fault '{}'", tree.key))) return result;
    allow_only(tree,
               {"action", "with", "context", "needs", "breaks", "restores", "cascade", "same_as", "fact", "assumed"});
    if (const Tree* t = tree.find("same_as")) result.same_as = t->text;
    if (const Tree* t = tree.find("action")) result.actions = names_in(*t);
    if (const Tree* t = tree.find("with"); t != nullptr && expect_map(*t, "`with`")) {
      for (const Tree& child : t->children) {
        FaultDef::Parameter parameter;
        parameter.name = child.key;
        parameter.at = child.key_at;
        if (child.is_map()) {
          allow_only(child, {"one_of", "default"});
          if (const Tree* options = child.find("one_of")) {
            parameter.options = names_in(*options);
          } else {
            error(child.at, "a parameter is the name of an attribute or `{ one_of: [...], default: ... }`");
          }
          if (const Tree* usual = child.find("default")) parameter.default_option = usual->text;
        } else {
          parameter.attribute = child.text;
        }
        words_.parameters.push_back(child.key);
        result.with.push_back(std::move(parameter));
      }
    }
    if (const Tree* t = tree.find("context"); t != nullptr && expect_map(*t, "`context`")) {
      for (const Tree& child : t->children) {
        result.context.push_back({child.key, parser().expression(child, Wanted::any), child.key_at});
      }
    }
    result.needs = needs_in(tree, "needs");
    result.breaks = paths_in(tree, "breaks");
    result.restores = paths_in(tree, "restores");
    if (const Tree* t = tree.find("cascade")) {
      for (const Tree* item : items(*t)) {
        if (!expect_map(*item, "an item of `cascade`")) continue;
        allow_only(*item, {"if", "delete"});
        FaultDef::Cascade cascade;
        cascade.at = item->at;
        cascade.test = test_in(*item);
        if (const Tree* deletes = item->find("delete")) {
          cascade.deletes = parser().path(*deletes);
        } else {
          error(item->at, "key 'delete' is missing");
        }
        result.cascade.push_back(std::move(cascade));
      }
    }
    result.basis = basis(tree);
    words_.parameters.clear();
    return result;
  }
  GuardsDef guards(const Tree& tree) const {
    GuardsDef result;
    result.at = tree.key_at;
    if (!expect_map(tree, "`guards`")) return result;
    allow_only(tree, {"with", "kind", "over", "while", "fact", "assumed"});
    if (const Tree* t = tree.find("with")) {
      result.with = name_in(*t);
    } else {
      error(tree.key_at, "`guards` needs `with`: the attribute that holds the policy");
    }
    if (const Tree* t = tree.find("kind")) result.kind = parser().expression(*t, Wanted::text);
    if (const Tree* t = tree.find("over")) {
      result.over = parser().path(*t);
    } else {
      error(tree.key_at, "`guards` needs `over`: a path to what it guards");
    }
    result.while_true = needs_in(tree, "while");
    result.basis = basis(tree);
    return result;
  }

  const std::map<std::string, std::vector<std::string>, std::less<>>& groups_;
  Diagnostics& diagnostics_;
  Words words_;
  TypeDef type_;
};

}  // namespace

TypeDef read_type(const std::string& name, const CatalogueTrees::Type& type,
                  const std::map<std::string, std::vector<std::string>, std::less<>>& groups,
                  Diagnostics& diagnostics) {
  return TypeReader(name, groups, diagnostics).read(type);
}

FactDef read_fact(const CatalogueTrees::Fact& source, Diagnostics& diagnostics) {
  const Tree& tree = source.tree;
  FactDef fact;
  fact.id = tree.key;
  fact.service = source.service;
  fact.at = tree.key_at;
  if (!tree.is_map()) {
    diagnostics.error(tree.at, fmt::format("fact '{}' is a map with says, source and confidence", tree.key));
    return fact;
  }
  static const Keys keys{"says", "source", "confidence"};
  for (const Tree& child : tree.children) {
    if (std::find(keys.begin(), keys.end(), child.key) == keys.end()) {
      diagnostics.error(child.key_at,
                        fmt::format("unknown key '{}'{}", child.key, input::did_you_mean(child.key, keys)));
    }
  }
  const auto take = [&](std::string_view key) -> std::string {
    const Tree* found = tree.find(key);
    if (found != nullptr && found->is_scalar() && !found->text.empty()) return found->text;
    diagnostics.error(found != nullptr ? found->at : tree.key_at, fmt::format("fact '{}' needs `{}`", tree.key, key));
    return "";
  };
  fact.says = take("says");
  fact.source = take("source");
  const std::string confidence = take("confidence");
  if (confidence == "documented") {
    fact.confidence = Confidence::documented;
  } else if (confidence == "observed") {
    fact.confidence = Confidence::observed;
  } else if (confidence == "inferred") {
    fact.confidence = Confidence::inferred;
  } else if (confidence == "assumed") {
    fact.confidence = Confidence::assumed;
  } else if (!confidence.empty()) {
    diagnostics.error(tree.find("confidence")->at,
                      fmt::format("`confidence` is documented, observed, inferred or assumed{}",
                                  input::did_you_mean(confidence, {"documented", "observed", "inferred", "assumed"})));
  }
  return fact;
}

}  // namespace moshimo::models
