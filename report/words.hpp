// How names, conditions and amounts are told in sentences.
#pragma once

#include <string>
#include <string_view>

#include "core/findings.hpp"
#include "core/response.hpp"
#include "core/system.hpp"
#include "models/compile.hpp"
#include "scenarios/scenario.hpp"

namespace moshimo::report {

std::string name_in(const System& system, ComponentId component);
// What a resource of the inventory is called in AWS, as far as that is known.
std::string name_in_aws(const models::Inventory& inventory, const std::string& resource);
std::string fact_id(const System& system, FactId fact);  // "" when unset
// "role x exists" → "role x no longer exists"; what is not understood → "no longer: ..."
std::string denied_sentence(std::string_view says);
// What the name of a member is within its component: `orders/grant` → `grant`.
std::string member_name(std::string_view name);
std::string strategy_text(Strategy s);
// What brings back what infrastructure code tells of: applying it, or where it says what happens, as it was before.
std::string applying(const scenarios::Scenario& scenario);
// Of an import, what it could not follow: anything of it may use what goes. A sentence each.
std::vector<std::string> not_followed(const models::Compiled& compiled);
// "Nothing that is modelled.", and how much is not.
std::string nothing_modelled(const models::Compiled& compiled);

std::string kind_text(EffectKind kind);  // marked by how bad it is
std::string kind_meaning(EffectKind kind);
std::string class_meaning(ErrorClass c);

// "1 event", "3 events", "1.2 million events"
std::string amount_text(double n, std::string_view one, std::string_view many);
std::string events_text(double n, std::string (*mark)(std::string_view));
std::string plain_text(std::string_view text);
// "3 events", "4 requests", "3 events and 4 requests"; of nothing, events.
std::string events_and_requests(double events, double requests, std::string (*mark)(std::string_view));
// The same with what becomes of them: "3 events are lost and 4 requests refused".
std::string lost_and_refused(double events, double requests, std::string (*mark)(std::string_view));
// Of a difference: "3 fewer events are lost", "4 more requests are refused".
std::string difference_text(double events, double requests, std::string_view how,
                            std::string (*mark)(std::string_view));
// "1 event is", "3 events are"
std::string are(double n, const std::string& what);
// In the largest unit that gives a number people can hold: "400 a second", "7 an hour".
std::string rate_text(double per_second);
// What is said of the first of several holds of the others with names of their own.
std::string likewise(std::size_t of);
// A behaviour for which the catalogue gives no source, only a reason.
bool is_assumption(const Fact& fact);
// With a capital letter, unless it begins with an identifier.
std::string sentence(std::string text);
// What a condition says when it does not hold, as a sentence of its own; the name of a component stays as it is.
std::string denied_as_sentence(const System& system, ConditionId condition);

}  // namespace moshimo::report
