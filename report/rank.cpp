// The principals and keys of an inventory, the worst first; what they are alone in; and how to look closer.
#include "report/rank.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>

#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

using scenarios::Rank;
using scenarios::Ranked;
using scenarios::Toll;

constexpr std::size_t most_rows = 20;
constexpr std::size_t most_points = 10;

bool costs_something(const Toll& t) { return t.lost >= 0.5 || t.refused >= 0.5 || !t.gone.empty(); }

std::string names_of(const System& system, const std::vector<ComponentId>& components) {
  std::string text;
  for (const ComponentId c : components) {
    const Component& row = system.components[c];
    text += fmt::format("{}{}\n{}", text.empty() ? "" : "\n", strong(clean(row.name)), dim(clean(row.type)));
  }
  return text;
}

std::string loss_text(const Ranked& r, const Toll& t) {
  if (!r.is_run || r.stopped_by) return "";
  if (t.lost < 0.5 && t.refused < 0.5) return "nothing";
  std::string text;
  if (t.lost >= 0.5) text = bad(count_text(t.lost));
  if (t.refused >= 0.5) text += fmt::format("{}{}\nrefused", text.empty() ? "" : "\n", count_text(t.refused));
  return text;
}

std::string first_loss(const Ranked& r) {
  if (!r.is_run || r.stopped_by || r.nobody_acts.first_point.is_never()) return "";
  const Duration d = r.nobody_acts.first_point.since_start();
  return d < Duration::seconds(1) ? "at once" : duration_text(d);
}

// Which policy, and which statement of it; a guard that is no policy tells it by its sentence.
std::string guard_text(const models::Compiled& compiled, const Ranked& r) {
  if (!r.stopped_by) return "";
  for (const models::GuardedCall& call : compiled.guarded) {
    for (const auto& o : call.objections) {
      if (o.condition != *r.stopped_by || o.policy.empty()) continue;
      return good(fmt::format("{} {}{}", o.kind, clean(o.policy),
                              o.statement.empty() ? "" : fmt::format(" ({})", clean(o.statement))));
    }
  }
  return good(denied_sentence(says(compiled.system, *r.stopped_by)));
}

TextTable table_of(const System& system, const std::vector<Ranked>& rows, std::size_t most, bool numbered) {
  TextTable table;
  table.columns = {{numbered ? "#" : "", true},   {"principal or key", false, true}, {numbered ? "breaks" : "", true},
                   {"lost if nobody acts", true}, {"lost with a response", true},    {"first loss after"}};
  for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) {
    const Ranked& r = rows[i];
    table.rows.push_back({numbered ? std::to_string(i + 1) : "", names_of(system, r.components),
                          numbered ? std::to_string(r.reach) : "", loss_text(r, r.nobody_acts),
                          r.stopped_by ? good("protected") : loss_text(r, r.response), first_loss(r)});
  }
  return table;
}

std::string in_shell(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

bool is_plain(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-:@+") ==
             std::string::npos;
}

std::string argument(const std::string& text) { return is_plain(text) ? text : in_shell(text); }

std::string in_json(std::string_view text) {
  std::string escaped = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped + "\"";
}

class RankPage {
 public:
  RankPage(const RankView& view, const Style& style)
      : system_(view.compiled->system), view_(view), rank_(*view.rank), style_(style) {}

  std::string render() {
    page_.title("Which principal or key would hurt most");
    summary();
    if (!rank_.rows.empty()) {
      ranking();
      gone_for_good();
      guarded();
      together();
      single_points();
      what_next();
    }
    page_.gap();
    page_.paragraph(
        dim("Deleted one at a time, at the start. Lost are events; what is refused to whoever asks from outside "
            "is told apart. What already is lost or broken without a deletion is not counted."));
    return page_.render(style_);
  }

 private:
  std::size_t count(bool (*is)(const Ranked&)) const {
    return static_cast<std::size_t>(std::count_if(rank_.rows.begin(), rank_.rows.end(), is));
  }

  void summary() {
    if (rank_.rows.empty()) {
      page_.paragraph("There is no principal and no key in this inventory.");
      return;
    }
    const std::size_t run = count([](const Ranked& r) { return r.is_run; });
    if (rank_.is_partial) {
      page_.paragraph(warn(fmt::format(
          "Partial: stopped after {} of {}. The others reach no more than these; that is all that is known of them.",
          run, counted(rank_.rows.size(), "deletion", "deletions"))));
    }
    const std::size_t costly =
        count([](const Ranked& r) { return r.is_run && !r.stopped_by && costs_something(r.response); });
    const std::size_t idle = count([](const Ranked& r) {
      return r.is_run && !r.stopped_by && !costs_something(r.response) && costs_something(r.nobody_acts);
    });
    const std::size_t guarded = count([](const Ranked& r) { return r.stopped_by.has_value(); });
    std::string says =
        fmt::format("{} of {} cost{} data or requests when {} deleted and {} begin{} to repair after {}",
                    strong(costly == 0 ? "None" : count_text(static_cast<double>(costly))),
                    counted(run, "principal and key", "principals and keys"), costly == 1 ? "s" : "",
                    costly == 1 ? "it is" : "they are", counted(rank_.response.count, "person", "people"),
                    rank_.response.count == 1 ? "s" : "", duration_text(rank_.response.time_to_detect));
    if (idle > 0) says += fmt::format("; {} more only if nobody acts", count_text(static_cast<double>(idle)));
    page_.paragraph(says + ".");
    const Ranked& worst = rank_.rows.front();
    if (rank_.by == scenarios::RankBy::loss && worst.is_run && worst.response.lost + worst.response.refused >= 0.5) {
      const Toll& t = worst.response;
      std::vector<std::string> costs;
      if (t.lost >= 0.5) costs.push_back(are(t.lost, amount_text(t.lost, "event", "events")) + " lost");
      if (t.refused >= 0.5) costs.push_back(are(t.refused, amount_text(t.refused, "request", "requests")) + " refused");
      page_.paragraph(fmt::format("The worst is {}: {} all the same.",
                                  strong(name_in(system_, worst.components.front())), listing(costs)));
    }
    if (guarded > 0) {
      page_.paragraph(fmt::format("{} protected: a guard stops the deletion.",
                                  guarded == 1 ? "One is" : fmt::format("{} are", guarded)));
    }
  }

  void ranking() {
    page_.heading(fmt::format("By {}, over {}", name_of(rank_.by), duration_text(rank_.horizon.since_start())));
    page_.table(table_of(system_, rank_.rows, most_rows, true));
    if (rank_.rows.size() > most_rows) {
      page_.paragraph(fmt::format("And {} more; the JSON form has all of them.", rank_.rows.size() - most_rows), 1);
    }
  }

  void gone_for_good() {
    TextTable table;
    table.columns = {
        {"without", false, true}, {"gone for good all the same", false, true}, {"gone if nobody acts", false, true}};
    for (const Ranked& r : rank_.rows) {
      const std::string gone = names(others(r, r.response.gone));
      const std::string if_nobody_acts = names(others(r, r.nobody_acts.gone));
      if (gone.empty() && if_nobody_acts.empty()) continue;
      table.rows.push_back(
          {strong(name_in(system_, r.components.front())), gone.empty() ? "" : bad(gone), if_nobody_acts});
    }
    if (!table.rows.empty()) section("Does not come back", std::move(table));
  }

  // What goes besides what is deleted.
  static std::vector<ComponentId> others(const Ranked& r, const std::vector<ComponentId>& gone) {
    std::vector<ComponentId> list;
    std::copy_if(gone.begin(), gone.end(), std::back_inserter(list),
                 [&](ComponentId c) { return c != r.components.front(); });
    return list;
  }

  void guarded() {
    TextTable table;
    table.columns = {{"principal or key", false, true}, {"cannot be deleted because of", false, true}};
    for (const Ranked& r : rank_.rows) {
      if (!r.stopped_by) continue;
      table.rows.push_back({strong(name_in(system_, r.components.front())), guard_text(*view_.compiled, r)});
    }
    if (!table.rows.empty()) section("Protected by a guard", std::move(table));
  }

  void section(const char* heading, TextTable table) {
    page_.heading(heading);
    const std::size_t more = table.rows.size() - std::min(table.rows.size(), most_points);
    table.rows.resize(table.rows.size() - more);
    page_.table(std::move(table));
    if (more > 0) page_.paragraph(fmt::format("And {} more; the JSON form has all of them.", more), 1);
  }

  void together() {
    if (!rank_.with_pairs) return;
    page_.heading("Worse together than one by one");
    if (rank_.pairs.empty()) {
      page_.paragraph(rank_.pairs_run == 0
                          ? "No two back each other up."
                          : fmt::format("Two back each other up in {}; together they cost no more than one by one.",
                                        counted(rank_.pairs_run, "pair", "pairs")));
      return;
    }
    page_.table(table_of(system_, rank_.pairs, most_points, false));
    if (rank_.pairs.size() > most_points) {
      page_.paragraph(fmt::format("And {} more; the JSON form has all of them.", rank_.pairs.size() - most_points), 1);
    }
  }

  void single_points() {
    struct Alone {
      std::vector<ComponentId> without_data, unreadable;
      std::size_t size() const { return without_data.size() + unreadable.size(); }
    };
    std::map<std::uint32_t, Alone> by_row;
    std::map<ComponentId, std::uint32_t> several_ways;
    for (const CutOff& c : rank_.single_points) {
      Alone& alone = by_row[c.action];
      std::vector<ComponentId>& list = c.ways == 0 ? alone.unreadable : alone.without_data;
      if (list.empty() || list.back() != c.component) list.push_back(c.component);
      if (c.ways > 1) several_ways.emplace(c.component, c.ways);
    }
    if (by_row.empty()) {
      page_.heading("Single points of failure");
      page_.paragraph("None: nothing is cut off from all its data by a single deletion.");
      return;
    }
    std::vector<std::pair<std::uint32_t, const Alone*>> order;
    for (const auto& [row, alone] : by_row) order.emplace_back(row, &alone);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.second->size() > b.second->size(); });
    TextTable table;
    table.columns = {
        {"without", false, true}, {"no data reaches", false, true}, {"nobody can read what lies in", false, true}};
    for (const auto& [row, alone] : order) {
      table.rows.push_back({strong(name_in(system_, rank_.rows[row].components.front())),
                            names(alone->without_data, several_ways), names(alone->unreadable)});
    }
    section("Single points of failure", std::move(table));
  }

  std::string names(const std::vector<ComponentId>& components,
                    const std::map<ComponentId, std::uint32_t>& several_ways = {}) const {
    std::vector<std::string> list;
    list.reserve(components.size());
    for (const ComponentId c : components) {
      const auto ways = several_ways.find(c);
      list.push_back(name_in(system_, c) + (ways == several_ways.end() ? "" : fmt::format(" ({} ways)", ways->second)));
    }
    return list.empty() ? "" : listing(list, 4);
  }

  void what_next() {
    const auto worst =
        std::find_if(rank_.rows.begin(), rank_.rows.end(), [](const Ranked& r) { return r.is_run && !r.stopped_by; });
    if (worst == rank_.rows.end() || view_.inventory.empty() || view_.inventory == "-") return;
    const std::string& name = system_.components[worst->components.front()].name;
    page_.heading("Look closer");
    page_.paragraph(
        fmt::format("Who needs {}, and by which path; and what its deletion does over time:", code(clean(name))));
    const std::string scenario =
        fmt::format(R"({{"version": 1, "name": "worst", "inventory": {}, "faults": [{{"at": "0s", "delete": [{}]}}]}})",
                    in_json(view_.inventory), in_json(name));
    page_.commands({fmt::format("moshimo blast {} {}", argument(view_.inventory), argument(name)),
                    fmt::format("echo {} | moshimo run -", in_shell(scenario))});
  }

  const System& system_;
  const RankView& view_;
  const Rank& rank_;
  const Style& style_;
  Page page_;
};

}  // namespace

std::string rank_report(const RankView& view, const Style& style) {
  return style.form == Form::json ? rank_json(view, style) : RankPage(view, style).render();
}

}  // namespace moshimo::report
