#include "models/iam/policy.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace moshimo::models::iam {
namespace {

using input::Cursor;
using input::in_quotes;

bool has_principal(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::identity:
    case DocumentKind::scp: return false;
    case DocumentKind::rcp:
    case DocumentKind::resource:
    case DocumentKind::trust: return true;
  }
  return false;
}

std::string_view name_of(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::identity: return "an identity policy";
    case DocumentKind::scp: return "a service control policy";
    case DocumentKind::rcp: return "a resource control policy";
    case DocumentKind::resource: return "a resource policy";
    case DocumentKind::trust: return "a trust policy";
  }
  return "";
}

class Reader {
 public:
  Reader(DocumentKind kind, const Cursor& root) : kind_(kind), root_(root) {}

  std::vector<Statement> read() {
    std::vector<Statement> statements;
    if (!root_.expect_map("a policy")) return statements;
    root_.allow_only({"Version", "Id", "Statement"});
    read_version();
    const Cursor list = root_.require("Statement");
    if (!list) return statements;
    if (!list.is_list() && !list.is_map()) {
      list.error("'Statement' must be a statement or a list of them");
      return statements;
    }
    for (const Cursor& at : list.one_or_many()) statements.push_back(read_statement(at));
    return statements;
  }

 private:
  void read_version() {
    const Cursor at = root_.find("Version");
    if (!at) return;
    const std::string_view version = at.is_scalar() ? at.node().text : std::string_view{};
    has_variables_ = version == "2012-10-17";
    if (!has_variables_ && version != "2008-10-17") {
      at.error(fmt::format("{} is no version of the policy language; write 2012-10-17, or 2008-10-17 without variables",
                           in_quotes(version)));
    }
  }

  Statement read_statement(const Cursor& at) {
    Statement statement;
    statement.at = at.at();
    if (!at.expect_map("a statement")) return statement;
    at.allow_only(
        {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"});
    read_sid(at, statement);
    read_effect(at, statement);
    read_principal(at, statement);
    if (const Cursor list = one_of(at, "Action", "NotAction", true)) {
      statement.not_action = list.key() == "NotAction";
      read_actions(list, statement);
    }
    read_resource(at, statement);
    statement.conditions = read_conditions(at.find("Condition"), has_variables_);
    if (kind_ == DocumentKind::rcp) check_rcp(at, statement);
    return statement;
  }

  void read_sid(const Cursor& at, Statement& statement) {
    const Cursor sid = at.find("Sid");
    if (!sid) return;
    statement.sid = sid.text().value_or("");
    if (!statement.sid.empty() && !sids_.insert(statement.sid).second) {
      sid.error(fmt::format("the Sid {} stands for two statements; give each its own", in_quotes(statement.sid)));
    }
  }

  static void read_effect(const Cursor& at, Statement& statement) {
    const Cursor effect = at.require("Effect");
    if (!effect) return;
    const std::string_view text = effect.is_scalar() ? effect.node().text : std::string_view{};
    statement.is_deny = text == "Deny";
    if (text != "Allow" && text != "Deny") {
      const std::string hint = input::did_you_mean(text, {"Allow", "Deny"});
      effect.error(fmt::format("{} is no effect{}", in_quotes(text), hint.empty() ? "; write Allow or Deny" : hint));
    }
  }

  // The one of two keys that is there.
  static Cursor one_of(const Cursor& at, std::string_view key, std::string_view not_key, bool is_needed) {
    const Cursor yes = at.find(key);
    const Cursor no = at.find(not_key);
    if (yes && no) {
      at.diagnostics().error(no.key_at(), fmt::format("'{}' and '{}' exclude each other; keep one", key, not_key));
    }
    if (!yes && !no && is_needed) at.error(fmt::format("this statement has neither '{}' nor '{}'", key, not_key));
    return yes ? yes : no;
  }

  void read_principal(const Cursor& at, Statement& statement) {
    const Cursor principal = one_of(at, "Principal", "NotPrincipal", has_principal(kind_));
    if (!principal) return;
    if (!has_principal(kind_)) {
      at.diagnostics().error(principal.key_at(), fmt::format("{} has no '{}'; it speaks of whom it is attached to",
                                                             name_of(kind_), principal.key()));
      return;
    }
    statement.not_principal = principal.key() == "NotPrincipal";
    statement.principals = read_principals(principal);
  }

  void read_actions(const Cursor& list, Statement& statement) {
    if (list.is_list() && list.size() == 0) list.error("no action is named; write at least one, or '*'");
    for (const Cursor& at : list.one_or_many()) {
      if (!at.is_scalar()) {
        at.error("an action must be a text such as s3:GetObject");
        continue;
      }
      const std::string_view text = at.node().text;
      const std::size_t colon = text.find(':');
      if (text != "*" && (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())) {
        at.error(fmt::format("{} is no action; write one such as s3:GetObject, or '*'", in_quotes(text)));
        continue;
      }
      add(at, PatternKind::action, false, statement.actions);
    }
  }

  void read_resource(const Cursor& at, Statement& statement) {
    const bool is_needed = kind_ == DocumentKind::identity || kind_ == DocumentKind::scp;
    const Cursor list = one_of(at, "Resource", "NotResource", is_needed);
    if (!list) return;
    if (kind_ == DocumentKind::trust) {
      at.diagnostics().error(list.key_at(),
                             fmt::format("a trust policy has no '{}'; it speaks of its role", list.key()));
      return;
    }
    statement.not_resource = list.key() == "NotResource";
    if (list.is_list() && list.size() == 0) list.error("no resource is named; write at least one ARN, or '*'");
    for (const Cursor& one : list.one_or_many()) {
      if (!one.is_scalar()) {
        one.error("a resource must be an ARN, or '*'");
        continue;
      }
      const std::string_view text = one.node().text;
      if (text != "*" && !text.starts_with("arn:") && !text.starts_with("execute-api:")) {
        one.error(fmt::format("{} is no ARN; write one such as arn:aws:s3:::bucket/*, or '*'", in_quotes(text)));
        continue;
      }
      if (has_variables_ && std::ranges::count(text.substr(0, text.find("${")), ':') < 5 &&
          text.find("${") != std::string_view::npos) {
        one.diagnostics().warning(
            one.at(),
            fmt::format("AWS fills in variables only behind the fifth colon of a resource, so {} stays as it is",
                        in_quotes(text)));
      }
      add(one, PatternKind::resource, has_variables_, statement.resources);
      statement.resource_words.emplace_back(text);
    }
  }

  static void add(const Cursor& at, PatternKind kind, bool has_variables, std::vector<Pattern>& patterns) {
    std::string mistake;
    patterns.push_back(Pattern::compile(at.node().text, kind, has_variables, mistake));
    if (!mistake.empty()) at.error(std::move(mistake));
  }

  void check_rcp(const Cursor& at, const Statement& statement) {
    const bool is_for_everybody = !statement.not_principal && statement.principals.size() == 1 &&
                                  statement.principals.front().kind == Principal::Kind::everybody;
    if (!statement.principals.empty() && !is_for_everybody) {
      at.error(R"(a resource control policy is for everybody; write "Principal": "*" and a condition)");
    }
    if (statement.not_action) at.error("a resource control policy cannot have 'NotAction'; name the actions");
    const bool is_full_access = !statement.actions.empty() && statement.actions.front().is_any();
    if (!statement.is_deny && !is_full_access) {
      at.error("a resource control policy can only deny; AWS's own RCPFullAWSAccess is the one that allows");
    }
  }

  DocumentKind kind_;
  Cursor root_;
  bool has_variables_ = false;
  std::set<std::string> sids_;
};

}  // namespace

bool Policy::asks_for(std::string_view lower_key) const {
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& statement) {
    return std::any_of(statement.conditions.begin(), statement.conditions.end(),
                       [&](const Condition& c) { return c.lower_key == lower_key; });
  });
}

std::string Policy::label(std::size_t statement) const {
  const std::string& sid = statements[statement].sid;
  return sid.empty() ? fmt::format("#{}", statement + 1) : sid;
}

Policy read_policy(std::string name, DocumentKind kind, const Cursor& at) {
  if (at.is_scalar()) {
    // JSON inside another file: positions are those of the text itself, so its name says where that is.
    input::SourceFile::LineColumn place = at.document().file().line_column(at.node().offset);
    std::string file = fmt::format("{}:{}:{} ({})", at.document().file().name(), place.line, place.column, name);
    const auto document =
        input::Document::parse(std::move(file), std::string(at.node().text), input::Format::json, at.diagnostics());
    const Cursor root(document, at.diagnostics());
    if (!document.is_whole() || !root.is_map()) return Policy{std::move(name), kind, {}, document.shared_file()};
    return read_policy(std::move(name), kind, root);
  }
  return Policy{std::move(name), kind, Reader(kind, at).read(), at.document().shared_file()};
}

Policy parse_policy(std::string name, DocumentKind kind, std::string json, input::Diagnostics& diagnostics) {
  const auto document = input::Document::parse(name, std::move(json), input::Format::json, diagnostics);
  const Cursor root(document, diagnostics);
  return Policy{std::move(name), kind, Reader(kind, root).read(), document.shared_file()};
}

void save_as_ids(Policy& policy, const std::map<std::string, std::string>& id_of_arn) {
  for (Statement& statement : policy.statements) {
    for (Principal& principal : statement.principals) {
      if (principal.kind != Principal::Kind::arn) continue;
      if (const auto found = id_of_arn.find(principal.text); found != id_of_arn.end()) {
        principal = {Principal::Kind::unique_id, found->second};
      }
    }
  }
}

}  // namespace moshimo::models::iam
