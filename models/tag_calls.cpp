#include "models/tag_calls.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "models/documents.hpp"

namespace moshimo::models {
namespace {

constexpr std::string_view of_resource = "aws:resourcetag/";

using Edit = FaultDef::Parameter::Edit;

// The fault that sets or removes tags; null where there is none.
const FaultDef* fault_that(Edit edit, const TypeDef& type) {
  const auto found = std::find_if(type.faults.begin(), type.faults.end(), [&](const FaultDef& f) {
    return !f.actions.empty() &&
           std::any_of(f.with.begin(), f.with.end(), [&](const FaultDef::Parameter& p) { return p.edit == edit; });
  });
  return found == type.faults.end() ? nullptr : &*found;
}

// Some services have one call that sends all tags of a resource: what it leaves out goes.
bool sends_all(const TypeDef& type) {
  const FaultDef* tag = fault_that(Edit::sets_tags, type);
  const FaultDef* untag = fault_that(Edit::removes_tags, type);
  return tag && untag && tag->actions.front() == untag->actions.front();
}

// The tags that attached guards look at, each with the values they compare it with.
std::map<std::string, std::set<std::string>> looked_at(const Guards& guards) {
  std::map<std::string, std::set<std::string>> tags;
  for (const Guard& g : guards.all()) {
    for (std::size_t i = 0; g.is_attached && i < g.policy->statements.size(); ++i) {
      if (!g.policy->statements[i].is_deny) continue;
      for (const std::string& word : words_of(*g.policy, i, {"Condition"})) {
        const std::string lower = iam::lower_case(word);
        if (!lower.starts_with(of_resource)) continue;
        std::set<std::string>& values = tags[word.substr(of_resource.size())];
        for (std::string& value : condition_values(*g.policy, i, lower)) values.insert(std::move(value));
      }
    }
  }
  return tags;
}

}  // namespace

void set_request_tags(const TypeDef& type, const DocumentEdit& edit, const Value* tags, iam::Keys& keys) {
  std::map<std::string, std::string> sent;
  std::set<std::string> spoken_of;
  const bool is_whole = sends_all(type);
  for (std::size_t i = 0; is_whole && tags && i < tags->children.size(); ++i) {
    sent[tags->children[i].key] = tags->children[i].text;
  }
  for (const auto& [key, value] : edit.tags) {
    if (value) {
      sent[key] = *value;
    } else {
      sent.erase(key);
      if (!is_whole) spoken_of.insert(key);
    }
  }
  for (const auto& [key, value] : sent) {
    spoken_of.insert(key);
    keys.set("aws:RequestTag/" + key, value);
  }
  if (!spoken_of.empty()) keys.set("aws:TagKeys", std::vector<std::string>(spoken_of.begin(), spoken_of.end()));
}

std::vector<TagWay> ways_by_tags(const Guards& guards, const TypeDef& type, const iam::Request& call) {
  std::vector<TagWay> ways;
  const FaultDef* tag = fault_that(Edit::sets_tags, type);
  const FaultDef* untag = sends_all(type) ? nullptr : fault_that(Edit::removes_tags, type);
  if (!guards.is_stopped(call)) return ways;
  const auto opens = [&](const std::string& key, const std::vector<std::string>& value, const std::string& action) {
    iam::Request tagging = call;
    tagging.action = action;
    tagging.keys.set("aws:TagKeys", key);
    if (!value.empty()) tagging.keys.set("aws:RequestTag/" + key, value);
    if (guards.is_stopped(tagging)) return false;
    iam::Request after = call;
    after.keys.set("aws:ResourceTag/" + key, value);
    return !guards.is_stopped(after);
  };
  bool by_setting = false;
  bool by_removing = false;
  for (auto& [key, values] : looked_at(guards)) {
    values.insert("another value");
    for (const std::string& value : values)
      by_setting = by_setting || (tag && opens(key, {value}, tag->actions.front()));
    by_removing = by_removing || (untag && opens(key, {}, untag->actions.front()));
  }
  if (by_setting) ways.push_back({tag->name, tag->actions.front()});
  if (by_removing) ways.push_back({untag->name, untag->actions.front()});
  return ways;
}

}  // namespace moshimo::models
