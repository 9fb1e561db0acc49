// What a plan would do before it is applied, and how much of it the model covers.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <map>

#include "report/json.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

using models::Coverage;
using models::ImportResult;
using models::PlannedChanges;

std::vector<std::string> codes(const std::vector<std::string>& names) {
  std::vector<std::string> list;
  for (const std::string& n : names) list.push_back(code(clean(n)));
  return list;
}

constexpr std::size_t most_items = 40;

// The first items of a list, and how many there are beyond.
template <class List, class Tell>
void first_of(Page& page, const List& list, Tell tell) {
  for (std::size_t i = 0; i < list.size() && i < most_items; ++i) page.item(tell(list[i]));
  if (list.size() > most_items) {
    page.item(fmt::format("and {} more; the JSON form has all of them", list.size() - most_items));
  }
}

void unmodelled(Page& page, const std::vector<PlannedChanges::Unmodelled>& all, bool is_replaced,
                std::string_view what) {
  std::vector<std::string> addresses;
  for (const PlannedChanges::Unmodelled& u : all) {
    if (u.is_replaced == is_replaced) addresses.push_back(code(clean(u.address)));
  }
  if (addresses.empty()) return;
  page.gap();
  page.paragraph(fmt::format("{} {}.", warn(fmt::format("{} ({}):", what, addresses.size())), listing(addresses, 8)),
                 1);
}

// Nobody in the files is no nobody.
void unseen_users(Page& page, const std::vector<PlannedChanges::UnseenUsers>& all) {
  if (all.empty()) return;
  std::vector<std::string> names;
  for (const PlannedChanges::UnseenUsers& u : all) names.push_back(code(clean(u.name)));
  page.gap();
  page.paragraph(fmt::format("{} who is hurt without {} is not known.",
                             warn(fmt::format("Nothing in these files uses {}:", listing(names, 8))),
                             all.size() == 1 ? "it" : "them"),
                 1);
  for (const PlannedChanges::UnseenUsers& u : all) {
    if (!u.trusted.empty()) {
      page.item(fmt::format("{} can be assumed by {}.", code(clean(u.name)), listing(codes(u.trusted), 4)));
    }
  }
}

std::string replacement_text(const PlannedChanges::Replacement& r) {
  if (r.was_gone) {
    return std::string("deleted outside Terraform, and only made again") +
           (r.moves_users ? "; what uses it goes over to the new one" : ": with a new identity");
  }
  std::string text = r.creates_first ? "the new one is made first" : "the old one goes first";
  if (!r.made_as.empty()) {
    return text + "; it has another ARN, and the old one goes for good";
  }
  if (r.moves_users) return text + ", and what uses it goes over to the new one";
  if (r.creates_first) text += ": no gap, but a new identity";
  return text;
}

// What Terraform gives as its reason, in words; what changes is told as it is.
std::string reason_text(const std::string& why) {
  static constexpr std::array<std::array<std::string_view, 2>, 11> known = {{
      {"delete_because_no_resource_config", "no longer in the code"},
      {"delete_because_no_module", "its module is no longer in the code"},
      {"delete_because_wrong_repetition", "its count or for_each came or went"},
      {"delete_because_count_index", "its count no longer reaches it"},
      {"delete_because_each_key", "its key is no longer in for_each"},
      {"delete_because_no_move_target", "what it was moved to is not in the code"},
      {"replace_because_tainted", "it is marked as tainted"},
      {"replace_because_cannot_update", "what changes cannot be changed in place"},
      {"replace_by_request", "asked for with -replace"},
      {"replace_by_triggers", "what it is replaced with changes"},
      {"delete_because_deposed", "left over from an earlier replacement"},
  }};
  for (const auto& [reason, words] : known) {
    if (why == reason) return std::string(words);
  }
  std::string text = clean(why);
  const bool is_word = text.find(' ') == std::string::npos;  // a sentence has addresses in it
  if (is_word) std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

void list_changes(Page& page, const models::Inventory& inventory, const PlannedChanges& changes) {
  page.heading("What the plan takes away or replaces");
  if (changes.deletions.empty() && changes.replacements.empty()) {
    page.paragraph("Nothing that is modelled is deleted or replaced.");
  } else {
    TextTable table;
    table.columns = {{"what", false}, {"address, what it is called in AWS, and why", false, true}};
    const auto add = [&](std::string what, const std::string& address, const std::string& name,
                         const std::vector<std::string>& why) {
      std::string text = code(clean(address));
      std::vector<std::string> more;
      if (const std::string called = name_in_aws(inventory, name); called != address)
        more.push_back(strong(clean(called)));
      for (const std::string& reason : why) {
        if (!reason.empty()) more.push_back(reason);
      }
      if (!more.empty()) text += fmt::format("\n{}", fmt::join(more, "; "));
      table.rows.push_back({std::move(what), std::move(text)});
    };
    for (const PlannedChanges::Deletion& d : changes.deletions) {
      std::string verb = clean(d.verb);
      std::replace(verb.begin(), verb.end(), '-', ' ');
      add(bad(verb), d.address, d.name, {reason_text(d.why)});
    }
    for (const PlannedChanges::Replacement& r : changes.replacements) {
      add(warn("replace"), r.address, r.name, {reason_text(r.why), replacement_text(r)});
    }
    constexpr std::size_t most_rows = 100;
    const std::size_t left_out = table.rows.size() > most_rows ? table.rows.size() - most_rows : 0;
    if (left_out > 0) table.rows.resize(most_rows);
    page.table(std::move(table));
    if (left_out > 0) page.paragraph(fmt::format("And {} more; the JSON form has all of them.", left_out), 1);
  }
  unmodelled(page, changes.unmodelled, false, "Deleted, and not modelled");
  unmodelled(page, changes.unmodelled, true, "Replaced, and not modelled");
  unseen_users(page, changes.unseen_users);
  if (!changes.mentions.empty()) {
    page.gap();
    page.paragraph(warn("Named by what stays, in a way that the model does not follow:"), 1);
    first_of(page, changes.mentions, [](const PlannedChanges::Mention& m) {
      return fmt::format("{} in {} of {}", code(clean(m.name)), clean(m.attribute), code(clean(m.by)));
    });
  }
  const auto updates = [&](bool is_simulated, const char* heading) {
    std::vector<PlannedChanges::Update> some;
    std::copy_if(changes.updates.begin(), changes.updates.end(), std::back_inserter(some),
                 [&](const PlannedChanges::Update& u) { return u.is_simulated == is_simulated; });
    if (some.empty()) return;
    page.gap();
    page.paragraph(strong(heading), 1);
    const auto value = [](const std::string& v) { return v.empty() ? "nothing" : code(cut_to(clean(v), 40)); };
    first_of(page, some, [&](const PlannedChanges::Update& u) {
      return fmt::format("{} {}: {} → {}", code(clean(u.address)), clean(u.attribute), value(u.before), value(u.after));
    });
  };
  updates(true, "Changed in place first, which counts below:");
  updates(false, "Changed in place, which is not simulated:");
  const auto named = [&](const std::vector<std::string>& addresses, std::string_view what) {
    if (addresses.empty()) return;
    page.gap();
    page.paragraph(
        fmt::format("{} {}.", strong(fmt::format("{} ({}):", what, addresses.size())), listing(codes(addresses), 8)),
        1);
  };
  named(changes.along, "Go along with what they are part of");
  named(changes.created, "Created");
  named(changes.imported, "Taken over by Terraform");
  named(changes.forgotten, "Only leave the state");
  named(changes.drifted, "Changed outside Terraform");
  named(changes.vanished, "Deleted outside Terraform");
  if (!changes.moves.empty()) {
    page.gap();
    page.paragraph(strong("Renamed in the code only:"), 1);
    first_of(page, changes.moves, [](const PlannedChanges::Move& m) {
      return fmt::format("{} → {}", code(clean(m.from)), code(clean(m.to)));
    });
  }
  if (!changes.not_simulated.empty()) {
    page.gap();
    page.paragraph(strong("Not simulated either:"), 1);
    first_of(page, changes.not_simulated, [](const std::string& sentence) { return clean(sentence); });
  }
}

void coverage_section(Page& page, const ImportResult& import) {
  const Coverage& c = import.coverage;
  page.heading("What was looked at");
  page.paragraph(clean(models::coverage_line(c)) + ".");
  if (import.is_partial) page.paragraph(warn("The plan says of itself that it is not complete."));
  if (import.is_all_new) {
    page.paragraph("Nothing that is modelled existed before this plan, so this is about the world after it.");
  } else if (import.is_planned_world) {
    page.paragraph("This is about the world after the plan.");
  }
  if (!c.unmodelled.empty()) {
    std::map<std::string, std::vector<std::string>> by_type;
    for (const Coverage::Unmodelled& u : c.unmodelled) by_type[clean(u.type)].push_back(code(clean(u.address)));
    page.gap();
    page.paragraph(strong("Not modelled, so nothing is known about them:"), 1);
    for (const auto& [type, addresses] : by_type) {
      page.item(fmt::format("{} ({}): {}", type, addresses.size(), listing(addresses, 4)));
    }
  }
  if (!c.unread.empty()) {
    page.gap();
    page.paragraph(strong("Not modelled of what is modelled, so the result is the same without it:"), 1);
    for (const std::string& line : models::unread_lines(c)) page.item(clean(line));
  }
  if (!c.unresolved.empty()) {
    page.gap();
    page.paragraph(strong("References that could not be followed:"), 1);
    first_of(page, c.unresolved, [](const Coverage::Unresolved& u) {
      const std::string what = u.attribute.empty() ? "" : " " + clean(u.attribute);
      return fmt::format("{}{}: {}", code(clean(u.address)), what, clean(u.why));
    });
  }
  if (!c.external.empty()) {
    page.gap();
    page.paragraph(strong("Named by the files, described elsewhere:"), 1);
    first_of(page, c.external, [](const Coverage::External& e) {
      return fmt::format("{} {}", code(clean(e.named_as.empty() ? e.name : e.named_as)), dim(clean(e.type)));
    });
  }
}

void tell_gates(Page& page, const std::vector<scenarios::GateResult>& gates) {
  for (const scenarios::GateResult& g : gates) {
    page.paragraph(fmt::format("{} {}", g.is_met ? bad("✗") : good("✓"), clean(g.says)));
  }
}

// Why the result may be too good, before anybody reads it.
void doubts(Page& page, const ImportResult& import, const scenarios::Answer* answer) {
  std::vector<std::string> doubts;
  for (const std::string& place : answer ? scenarios::unknown_content(*answer) : std::vector<std::string>{}) {
    doubts.push_back(fmt::format("what lies in {} is not known", clean(place)));
  }
  const std::size_t unresolved = import.coverage.unresolved.size();
  if (unresolved > 0) doubts.push_back(counted(unresolved, "reference is unresolved", "references are unresolved"));
  const std::size_t unmodelled = import.changes.unmodelled.size();
  if (unmodelled > 0) {
    doubts.push_back(counted(unmodelled, "thing that goes is not modelled", "things that go are not modelled"));
  }
  const std::size_t unseen = import.changes.unseen_users.size();
  if (unseen > 0) {
    doubts.push_back(counted(unseen, "thing that goes is used by nothing in these files",
                             "things that go are used by nothing in these files"));
  }
  if (import.is_partial) doubts.push_back("the plan says of itself that it is not complete");
  if (doubts.empty()) return;
  page.paragraph(warn(fmt::format("The result may be too good: {}.", listing(doubts, 4))));
}

}  // namespace

std::string coverage_report(const ImportResult& import, const Style& style) {
  if (style.form == Form::json) return coverage_json(import, style);
  Page page;
  page.title("Import");
  coverage_section(page, import);
  if (import.has_plan) list_changes(page, import.inventory, import.changes);
  if (import.coverage.inferred > 0) {
    page.heading("Inferred references");
    page.paragraph("The files do not say these; only one resource of the type can be meant:");
    for (const models::ImportedEdge& e : import.edges) {
      if (e.how != models::ImportedEdge::How::inferred) continue;
      page.item(fmt::format("{} {} → {}", code(clean(e.from)), clean(e.attribute), code(clean(e.to))));
    }
  }
  return page.render(style);
}

std::string review_report(const ReviewView& view, const Style& style) {
  if (style.form == Form::json) return review_json(view, style);
  Page page;
  const PlannedChanges& changes = view.import->changes;
  if (view.answer) {
    RunPage run(*view.answer, style, page);
    run.title();
    tell_gates(page, view.gates);
    run.headline();
    run.who_fails();
    doubts(page, *view.import, view.answer);
    page.fold();
    run.timeline();
    list_changes(page, view.import->inventory, changes);
    run.what_breaks();
    run.not_fixed_by_restoring();
    run.points_of_no_return();
    run.getting_back();
    run.strategies();
    run.who_is_told();
    run.what_you_would_see();
    run.objectives();
    coverage_section(page, *view.import);
    run.assumptions();
    run.footer();
    return page.render(style);
  }
  page.title("Review of a plan");
  page.paragraph(
      changes.replacements.empty()
          ? "The plan deletes and replaces nothing that is modelled, so there is nothing to simulate. That says "
            "nothing "
            "about what is not modelled."
          : "What the plan replaces is made again before the old one goes, and everything in these files that uses it "
            "goes over to the new one. There is nothing to simulate.");
  tell_gates(page, view.gates);
  doubts(page, *view.import, nullptr);
  page.fold();
  list_changes(page, view.import->inventory, changes);
  coverage_section(page, *view.import);
  page.gap();
  page.paragraph(dim(fmt::format("moshimo {}", style.version)));
  return page.render(style);
}

}  // namespace moshimo::report
