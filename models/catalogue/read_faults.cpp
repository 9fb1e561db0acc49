#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

void TypeReader::faults(const Tree& tree) {
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
    if (const Tree* by = tree.find("deleted_by")) deletion.actions = names_in(*by);
    deletion.is_implicit = true;
    deletion.at = type_.at;
    type_.faults.push_back(std::move(deletion));
  }
}

// A fault that is another one, with its own keys over it.
Tree TypeReader::same_as(const Tree& tree, const Tree& all, int depth) const {
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

FaultDef::Parameter::Edit TypeReader::edit_in(const Tree& tree) const {
  using Edit = FaultDef::Parameter::Edit;
  static constexpr std::array<std::pair<std::string_view, Edit>, 5> known = {
      {{"removes_statement", Edit::removes_statement},
       {"adds_statement", Edit::adds_statement},
       {"replaces_document", Edit::replaces_document},
       {"sets_tags", Edit::sets_tags},
       {"removes_tags", Edit::removes_tags}}};
  std::vector<std::string_view> names;
  for (const auto& [name, edit] : known) {
    if (name == tree.text) return edit;
    names.push_back(name);
  }
  error(tree.at,
        fmt::format("there is no edit '{}'{}", tree.text,
                    input::did_you_mean(tree.text, names, fmt::format("known are {}", fmt::join(names, ", ")))));
  return Edit::none;
}

FaultDef TypeReader::fault(const Tree& tree) {
  FaultDef result;
  if (!begin(tree, "fault", result)) return result;
  allow_only(tree, {"action", "with", "context", "needs", "breaks", "restores", "before", "cascade", "same_as", "trial",
                    "undone_by", "fact", "assumed"});
  if (const Tree* t = tree.find("same_as")) result.same_as = t->text;
  result.is_trial = says_yes(tree, "trial");
  if (const Tree* t = tree.find("undone_by")) result.undone_by = name_in(*t);
  if (const Tree* t = tree.find("action")) result.actions = names_in(*t);
  if (const Tree* t = tree.find("with"); t != nullptr && expect_map(*t, "`with`")) {
    for (const Tree& child : t->children) {
      FaultDef::Parameter parameter;
      parameter.name = child.key;
      parameter.at = child.key_at;
      if (child.is_map()) {
        allow_only(child, {"one_of", "default", "document", "edit"});
        if (child.find("document") != nullptr) {
          parameter.is_document = true;
        } else if (const Tree* edit = child.find("edit")) {
          parameter.edit = edit_in(*edit);
        } else if (const Tree* options = child.find("one_of")) {
          parameter.options = names_in(*options);
        } else {
          error(
              child.at,
              "a parameter is the name of an attribute, `{ one_of: [...], default: ... }`, `{ document: true }` or `{ "
              "edit: ... }`");
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
  if (const Tree* t = tree.find("before")) {
    for (const Tree* item : items(*t)) {
      if (!expect_map(*item, "an item of `before`")) continue;
      allow_only(*item, {"call", "if", "on", "fact", "assumed"});
      FaultDef::Before before;
      before.at = item->at;
      if (const Tree* call = item->find("call")) {
        before.call = call->text;
      } else {
        error(item->at, "key 'call' is missing");
      }
      before.test = test_in(*item);
      if (const Tree* on = item->find("on")) before.on = parser().path(*on);
      before.basis = basis(*item);
      result.before.push_back(std::move(before));
    }
  }
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

GuardsDef TypeReader::guards(const Tree& tree) const {
  GuardsDef result;
  result.at = tree.key_at;
  if (!expect_map(tree, "`guards`")) return result;
  allow_only(tree, {"with", "kind", "over", "except", "alone", "while", "unless", "fact", "assumed"});
  if (const Tree* t = tree.find("with")) {
    result.with = name_in(*t);
  } else {
    error(tree.key_at, "`guards` needs `with`: the attribute that holds the policy");
  }
  if (const Tree* t = tree.find("kind")) result.kind = parser().expression(*t, Wanted::text);
  if (const Tree* t = tree.find("over")) result.over = parser().expression(*t, Wanted::text);
  if (const Tree* t = tree.find("except")) result.except = parser().expression(*t, Wanted::text);
  if (const Tree* t = tree.find("alone")) result.alone = parser().expression(*t, Wanted::any);
  result.while_true = needs_in(tree, "while");
  result.unless_true = needs_in(tree, "unless");
  if (result.unless_true.empty()) {
    error(tree.key_at, "`guards` needs `unless`: what holds while it is not attached");
  }
  result.basis = basis(tree);
  return result;
}

ObjectionDef TypeReader::objection(const Tree& tree) const {
  ObjectionDef result;
  result.at = tree.at;
  if (!expect_map(tree, "an objection")) return result;
  allow_only(tree, {"if", "says", "where", "fact", "assumed"});
  result.test = test_in(tree);
  if (result.test.is_always()) error(tree.at, "an objection needs `if`: when it is made");
  result.says = required_text(tree, "says", "an objection");
  if (const Tree* t = tree.find("where")) result.where = name_in(*t);
  result.basis = basis(tree);
  if (!result.basis.is_given()) error(tree.at, "an objection needs a `fact`, or the reason it is `assumed`");
  return result;
}

WorksAsDef TypeReader::works_as(const Tree& tree) const {
  WorksAsDef result;
  result.at = tree.at;
  if (!tree.is_map()) {
    result.service = name_in(tree);
    return result;
  }
  allow_only(tree, {"if", "through", "service", "principal", "provider", "subject"});
  result.test = test_in(tree);
  if (const Tree* t = tree.find("through")) result.through = name_in(*t);
  if (const Tree* t = tree.find("service")) result.service = name_in(*t);
  if (const Tree* t = tree.find("provider")) result.provider = parser().text(*t);
  if (const Tree* t = tree.find("subject")) result.subject = parser().text(*t);
  if (const Tree* t = tree.find("principal")) result.principal = parser().path(*t);
  if (int(!result.service.empty()) + int(!result.provider.empty()) + int(result.principal.has_value()) != 1) {
    error(tree.at, "an item of `works_as` names one of `service`, `principal` and `provider`");
  }
  return result;
}

PermissionsDef TypeReader::permissions(const Tree& tree) const {
  PermissionsDef result;
  result.at = tree.key_at;
  if (!expect_map(tree, "`permissions`")) return result;
  allow_only(tree, {"managed", "inline", "boundary", "unseen", "put_back", "own", "statements", "intact", "held",
                    "fact", "assumed"});
  const auto name = [&](std::string_view key) {
    const Tree* t = tree.find(key);
    return t == nullptr ? std::string() : name_in(*t);
  };
  result.managed = name("managed");
  result.inline_ones = name("inline");
  result.boundary = name("boundary");
  result.unseen = name("unseen");
  result.put_back = name("put_back");
  result.own = name("own");
  result.statements = name("statements");
  result.intact = name("intact");
  result.held = name("held");
  result.basis = basis(tree);
  return result;
}

}  // namespace moshimo::models
