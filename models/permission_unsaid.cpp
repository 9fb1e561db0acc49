// What the answer to a fault's call rests on without anybody having said so.
#include <algorithm>
#include <array>

#include "models/permissions.hpp"

namespace moshimo::models {
namespace {

// Keys that a call which somebody makes himself either has by what is known of him and the resource, or has not.
bool is_settled(std::string_view lower_key) {
  constexpr std::array<std::string_view, 7> settled = {"aws:calledvia",    "aws:calledviafirst", "aws:calledvialast",
                                                       "aws:username",     "aws:userid",         "aws:tagkeys",
                                                       "aws:viaawsservice"};
  return !lower_key.starts_with("aws:") || lower_key.starts_with("aws:resource") ||
         lower_key.starts_with("aws:principal") || lower_key.starts_with("aws:requesttag/") ||
         std::find(settled.begin(), settled.end(), lower_key) != settled.end();
}

}  // namespace

std::vector<Permissions::Unsaid> Permissions::unsaid(Index principal, const iam::Request& request, Index component) {
  std::vector<Unsaid> found;
  if (!speaks_of(Thing::of_component(principal))) return found;
  Held& held = this->held(principal);
  const iam::Facts facts(request);
  const auto goes = [&] {
    const Verdict v = verdict(held, request, component, {.edits = {}, .is_of_fault = true});
    return v.is_allowed && v.denying.empty() && v.denied_by.empty();
  };
  // A statement matters when the call would go another way with it, whatever its condition, than without it.
  const auto look_at = [&](const iam::Policy*& place, std::string_view name) {
    const iam::Policy* const as_it_is = place;
    if (!as_it_is) return;
    for (std::size_t i = 0; i < as_it_is->statements.size(); ++i) {
      Unsaid one{std::string(name), as_it_is->label(i), {}, {}};
      for (const iam::Condition& c : as_it_is->statements[i].conditions) {
        if (!is_settled(c.lower_key) && facts.find(c.lower_key) == nullptr) one.keys.push_back(c.lower_key);
      }
      if (one.keys.empty()) continue;
      iam::Policy always = with_labels(*as_it_is);
      always.statements[i].conditions.clear();
      place = edited_.keep(std::move(always));
      const bool goes_with = goes();
      place = edited_.without_statement(*as_it_is, i);
      const bool goes_without = goes();
      place = as_it_is;
      if (goes_with == goes_without) continue;
      for (std::string& key : one.keys) {
        for (const std::string& word : words_of(*as_it_is, i, {"Condition"})) {
          if (iam::lower_case(word) == key) key = word;  // as it is written
        }
      }
      one.is_stopped = !goes();
      found.push_back(std::move(one));
    }
  };
  for (Document& d : held.documents) look_at(d.policy, d.name);
  if (held.boundary) look_at(held.boundary, held.boundary->name);
  if (own_document(component)) look_at(own_documents_[component], own_documents_[component]->name);
  return found;
}

}  // namespace moshimo::models
