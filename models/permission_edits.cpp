// What faults change in documents and tags, read from what a scenario says of them.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/permissions.hpp"

namespace moshimo::models {
namespace {

std::string key_of(const ActionRequest& request) {
  std::string key = request.component + '\n' + request.verb;
  std::vector<std::string> parameters;
  for (const auto& [name, value] : request.parameters) parameters.push_back(name + '=' + json_of(value));
  std::sort(parameters.begin(), parameters.end());
  for (const std::string& p : parameters) key += '\n' + p;
  return key;
}

const Value* given(const ActionRequest& request, const std::string& name) {
  const auto found = std::find_if(request.parameters.begin(), request.parameters.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == request.parameters.end() ? nullptr : &found->second;
}

}  // namespace

const DocumentEdit* Permissions::find_edit(const ActionRequest& request) const {
  const auto found = edit_of_request_.find(key_of(request));
  return found == edit_of_request_.end() ? nullptr : found->second;
}

DocumentEdits Permissions::edits_of(Index principal) {
  DocumentEdits found;
  for (const DocumentEdit& e : edits_) {
    const Held& own = held(principal);
    const bool is_managed = std::any_of(own.documents.begin(), own.documents.end(), [&](const Document& d) {
      return d.component != nothing && d.component == e.component;
    });
    if (is_own(e)) continue;
    if (e.component == principal || is_managed || (own.boundary && own.boundary_of == e.component)) found.push_back(&e);
  }
  return found;
}

void Permissions::prepare(const std::vector<ActionRequest>& requests) {
  for (const ActionRequest& request : requests) {
    const Index c = world_.find(request.component);
    const FaultDef* fault = c == nothing ? nullptr : std::as_const(*world_.part(c).type).find_fault(request.verb);
    if (!fault || !fault->edits() || edit_of_request_.count(key_of(request)) != 0) continue;
    std::optional<DocumentEdit> edit = edit_of(request, c, *fault);
    if (!edit) continue;
    add_conditions(*edit, request.verb);
    const DocumentEdit& known = edits_.emplace_back(std::move(*edit));
    edit_of_request_[key_of(request)] = &known;
    if (world_.part(known.component).type->guards && known.kind != DocumentEdit::Kind::tags) guards_.expect(known);
  }
}

// Which document is meant; false after a message.
bool Permissions::find_document(const ActionRequest& request, const Value* named, DocumentEdit& edit,
                                const iam::Policy*& base) {
  const Part& part = world_.part(edit.component);
  const TypeDef& type = *part.type;
  const bool is_held = type.permissions && type.permissions->is_of_principal();
  const auto& with = edit.fault->with;
  const bool may_be_named = std::any_of(with.begin(), with.end(), [](const auto& p) { return p.is_document; });
  if (!is_held || !may_be_named) {  // its own
    edit.document = own_name(edit.component);
    if (type.guards) {
      const Guard* guard = guards_.of(edit.component);
      base = guard ? guard->policy : nullptr;
    } else if (type.permissions) {
      base = own_document(edit.component);
    } else {
      const AttributeDef* attribute = document_attribute(type);
      Things found(world_);
      if (attribute) world_.values(edit.component, attribute->name, *found);
      if (!found.empty() && found.front().map()) {
        base = documents_.read(*found.front().map(), iam::DocumentKind::identity, part.name, *world_.diagnostics);
      }
    }
    if (base || (edit.kind == DocumentEdit::Kind::adds_statement && !is_held && !type.guards)) return true;
    world_.diagnostics->error(request.at,
                              fmt::format("'{}' has no policy document in the inventory to change", part.name));
    return false;
  }
  Held& own = held(edit.component);
  std::vector<std::string_view> known;
  for (const Document& d : own.documents) known.emplace_back(d.name);
  const Document* document = nullptr;
  for (const Document& d : own.documents) {
    if (named ? d.name == named->text : own.documents.size() == 1) document = &d;
  }
  if (edit.kind == DocumentEdit::Kind::adds_statement && (!named || !document)) {
    edit.document = named ? named->text : "";  // a new one
    return true;
  }
  if (!document && named) {
    world_.diagnostics->error(named->at(), fmt::format("'{}' has no policy document '{}'{}", part.name, named->text,
                                                       input::did_you_mean(named->text, known)));
    return false;
  }
  if (!document) {
    world_.diagnostics->error(
        request.at, own.documents.empty()
                        ? fmt::format("'{}' has no policy document in the inventory to change", part.name)
                        : fmt::format("'{}' has several policy documents; say which with `policy`: {}", part.name,
                                      fmt::join(known, ", ")));
    return false;
  }
  base = document->policy;
  if (document->component != nothing) edit.component = document->component;
  edit.document = document->component == nothing ? document->name : "";
  return true;
}

std::optional<DocumentEdit> Permissions::edit_of(const ActionRequest& request, Index component, const FaultDef& fault) {
  using Parameter = FaultDef::Parameter;
  const Parameter* what = nullptr;
  const Value* named = nullptr;
  for (const Parameter& p : fault.with) {
    if (p.edit != Parameter::Edit::none) what = &p;
    if (p.is_document) named = given(request, p.name);
  }
  const Value* value = given(request, what->name);
  if (!value) {
    world_.diagnostics->error(request.at, fmt::format("`{}` needs `{}`: what it changes in '{}'", request.verb,
                                                      what->name, request.component));
    return std::nullopt;
  }
  DocumentEdit edit;
  edit.component = component;
  edit.fault = &fault;
  edit.at = request.at;
  const auto kind = [&] {
    const TypeDef& type = *world_.part(edit.component).type;
    if (const Guard* guard = guards_.of(edit.component)) return guard->policy->kind;
    const bool is_its_own = type.permissions && !type.permissions->own.empty() && edit.document == own_name(component);
    return is_its_own ? own_kind(type) : iam::DocumentKind::identity;
  };
  const iam::Policy* base = nullptr;
  switch (what->edit) {
    case Parameter::Edit::none: return std::nullopt;
    case Parameter::Edit::sets_tags:
      if (value->kind != Value::Kind::map || value->children.empty()) {
        world_.diagnostics->error(value->at(), "tags are a map of texts, as in { deletable: \"true\" }");
        return std::nullopt;
      }
      for (const Value& tag : value->children) edit.tags.emplace_back(tag.key, tag.text);
      return edit;
    case Parameter::Edit::removes_tags: {
      const Resource* row = world_.part(component).resource;
      const Value* tags = row ? row->attributes.find("tags") : nullptr;
      std::vector<std::string_view> known;
      for (std::size_t i = 0; tags && i < tags->children.size(); ++i) known.emplace_back(tags->children[i].key);
      for (const DocumentEdit* other : tag_edits_of(component)) {
        for (const auto& [key, set] : other->tags) known.emplace_back(key);
      }
      const std::vector<Value> one{*value};
      for (const Value& key : value->kind == Value::Kind::list ? value->children : one) {
        if (std::find(known.begin(), known.end(), key.text) == known.end()) {
          world_.diagnostics->error(key.at(), fmt::format("'{}' has no tag '{}'{}", request.component, key.text,
                                                          input::did_you_mean(key.text, known)));
          return std::nullopt;
        }
        edit.tags.emplace_back(key.text, std::nullopt);
      }
      return edit;
    }
    case Parameter::Edit::removes_statement: {
      edit.kind = DocumentEdit::Kind::removes_statement;
      if (!find_document(request, named, edit, base)) return std::nullopt;
      std::vector<std::string> labels;
      for (std::size_t i = 0; i < base->statements.size(); ++i) {
        labels.push_back(base->label(i));
        const bool is_meant = labels[i] == value->text || value->text == fmt::format("#{}", i + 1) ||
                              value->text == fmt::to_string(i + 1);
        if (is_meant && edit.statement.empty()) edit.statement = labels[i];
      }
      edit.base = base;
      if (!edit.statement.empty()) return edit;
      const std::string hint = input::did_you_mean(value->text, {labels.begin(), labels.end()});
      world_.diagnostics->error(
          value->at(),
          fmt::format("the policy {} has no statement '{}'{}", edit.document.empty() ? base->name : edit.document,
                      value->text, hint.empty() ? fmt::format("; it has {}", fmt::join(labels, ", ")) : hint));
      return std::nullopt;
    }
    case Parameter::Edit::adds_statement: {
      edit.kind = DocumentEdit::Kind::adds_statement;
      if (!find_document(request, named, edit, base)) return std::nullopt;
      Value& whole = statements_.emplace_back(Value::map());
      whole.file = value->file;
      whole.offset = value->offset;
      whole.set("Version", "2012-10-17");
      whole.set("Statement", *value);
      const iam::Policy* read = documents_.read(whole, kind(), what->name, *world_.diagnostics);
      if (!read) return std::nullopt;
      edit.given = *read;
      edit.given.name = edit.document.empty() ? "that was added" : edit.document;
      if (!edit.given.statements.empty()) edit.statement = edit.given.label(0);
      return edit;
    }
    case Parameter::Edit::replaces_document: {
      edit.kind = DocumentEdit::Kind::replaces_document;
      if (!find_document(request, named, edit, base)) return std::nullopt;
      const iam::Policy* read = documents_.read(*value, kind(), what->name, *world_.diagnostics);
      if (!read) return std::nullopt;
      edit.base = base;
      edit.given = *read;
      return edit;
    }
  }
  return std::nullopt;
}

void Permissions::add_conditions(DocumentEdit& edit, const std::string& verb) {
  const std::string& name = world_.part(edit.component).name;
  std::string policy = fmt::format("the policy {} of {}", edit.document, name);
  if (edit.document.empty()) policy = fmt::format("the policy of {}", name);
  if (edit.document == trust_policy) policy = fmt::format("the trust policy of {}", name);
  if (world_.part(edit.component).type->guards) policy = fmt::format("the policy {}", name);
  std::string done, undone;
  switch (edit.kind) {
    case DocumentEdit::Kind::removes_statement:
      undone = fmt::format("{} has its statement {}", policy, edit.statement);
      done = fmt::format("{} is without its statement {}", policy, edit.statement);
      break;
    case DocumentEdit::Kind::adds_statement:
      undone = fmt::format("{} is without the new statement {}", policy, edit.statement);
      done = fmt::format("{} has the new statement {}", policy, edit.statement);
      break;
    case DocumentEdit::Kind::replaces_document:
      undone = fmt::format("{} is as it was", policy);
      done = fmt::format("{} is another", policy);
      break;
    case DocumentEdit::Kind::tags: {
      std::vector<std::string> keys;
      for (const auto& [key, value] : edit.tags) keys.push_back(key);
      undone = fmt::format("the tag {} of {} is as it was", fmt::join(keys, ", "), name);
      done = fmt::format("the tag {} of {} has been changed", fmt::join(keys, ", "), name);
      break;
    }
  }
  const auto row = [&](std::string says, std::string_view what, bool initially) {
    Condition c;
    const std::string wanted = fmt::format("{}/{} {}", name, verb, what);
    int& count = known_[wanted];
    c.label = written(++count == 1 ? wanted : fmt::format("{}#{}", wanted, count), std::move(says));
    c.component = ComponentId(edit.component);
    c.initially = initially;
    c.error = ErrorClass::denied;
    c.fact = fact;
    return add(std::move(c));
  };
  edit.undone = row(std::move(undone), "undone", true);
  edit.done = row(std::move(done), "done", false);
}

}  // namespace moshimo::models
