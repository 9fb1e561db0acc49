// What an import read, and what a plan would do.
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {
namespace {

Json coverage_rows(const models::ImportResult& import) {
  const models::Coverage& c = import.coverage;
  Json unmodelled = Json::array();
  for (const auto& u : c.unmodelled) unmodelled.push_back({{"type", u.type}, {"address", u.address}});
  Json unresolved = Json::array();
  for (const auto& u : c.unresolved) {
    unresolved.push_back({{"address", u.address}, {"attribute", u.attribute}, {"why", u.why}});
  }
  Json unread = Json::array();
  for (const auto& u : c.unread) {
    unread.push_back({{"type", u.type}, {"attribute", u.attribute}, {"addresses", u.addresses}});
  }
  Json external = Json::array();
  for (const auto& e : c.external) external.push_back({{"name", e.name}, {"type", e.type}, {"named_as", e.named_as}});
  return {{"modelled", c.modelled},
          {"folded", c.folded},
          {"data_sources", c.data_sources},
          {"stated", c.stated},
          {"inferred", c.inferred},
          {"unfollowed", c.unfollowed},
          {"unmodelled", std::move(unmodelled)},
          {"unresolved", std::move(unresolved)},
          {"external", std::move(external)},
          {"unread", std::move(unread)},
          {"is_partial", import.is_partial},
          {"is_planned_world", import.is_planned_world}};
}

Json change_rows(const models::PlannedChanges& changes) {
  Json deletions = Json::array();
  for (const auto& d : changes.deletions) {
    deletions.push_back({{"name", d.name},
                         {"verb", d.verb},
                         {"address", d.address},
                         {"type", d.type},
                         {"why", d.why},
                         {"is_update", d.is_update}});
  }
  Json replacements = Json::array();
  for (const auto& r : changes.replacements) {
    replacements.push_back({{"name", r.name},
                            {"address", r.address},
                            {"type", r.type},
                            {"creates_first", r.creates_first},
                            {"restores_parts", r.restores_parts},
                            {"moves_users", r.moves_users},
                            {"was_gone", r.was_gone},
                            {"made_as", r.made_as},
                            {"why", r.why}});
  }
  Json updates = Json::array();
  for (const auto& u : changes.updates) {
    updates.push_back({{"name", u.name},
                       {"address", u.address},
                       {"attribute", u.attribute},
                       {"before", u.before},
                       {"after", u.after},
                       {"is_simulated", u.is_simulated}});
  }
  Json moves = Json::array();
  for (const auto& m : changes.moves) moves.push_back({{"from", m.from}, {"to", m.to}});
  Json unmodelled = Json::array();
  for (const auto& u : changes.unmodelled) {
    unmodelled.push_back({{"address", u.address}, {"type", u.type}, {"is_replaced", u.is_replaced}});
  }
  Json mentions = Json::array();
  for (const auto& m : changes.mentions) {
    mentions.push_back({{"name", m.name}, {"by", m.by}, {"attribute", m.attribute}});
  }
  Json unseen_users = Json::array();
  for (const auto& u : changes.unseen_users) unseen_users.push_back({{"name", u.name}, {"trusted", u.trusted}});
  return {{"deletions", std::move(deletions)},   {"replacements", std::move(replacements)},
          {"updates", std::move(updates)},       {"moves", std::move(moves)},
          {"unmodelled", std::move(unmodelled)}, {"unseen_users", std::move(unseen_users)},
          {"mentions", std::move(mentions)},     {"along", changes.along},
          {"created", changes.created},          {"imported", changes.imported},
          {"forgotten", changes.forgotten},      {"drifted", changes.drifted},
          {"vanished", changes.vanished},        {"not_simulated", changes.not_simulated}};
}

}  // namespace

std::string coverage_json(const models::ImportResult& import, const Style& style) {
  Json json = tool(style, "coverage");
  json["coverage"] = coverage_rows(import);
  json["changes"] = change_rows(import.changes);
  json["edges"] = Json::array();
  for (const models::ImportedEdge& e : import.edges) {
    const std::string_view how = e.how == models::ImportedEdge::How::value       ? "value"
                                 : e.how == models::ImportedEdge::How::reference ? "reference"
                                                                                 : "inferred";
    json["edges"].push_back(
        {{"from", e.from}, {"attribute", e.attribute}, {"to", e.to}, {"how", how}, {"is_followed", e.is_followed}});
  }
  return printed(json);
}

std::string review_json(const ReviewView& view, const Style& style) {
  Json json = view.answer ? heading(*view.answer, style, "review") : tool(style, "review");
  json["failed_gates"] = json["passed_gates"] = Json::array();
  for (const scenarios::GateResult& g : view.gates) json[g.is_met ? "failed_gates" : "passed_gates"].push_back(g.says);
  json["changes"] = change_rows(view.import->changes);
  json["coverage"] = coverage_rows(*view.import);
  if (view.answer) add_answer(json, *view.answer);
  return printed(json);
}

}  // namespace moshimo::report
