// The way back as a runbook: what to do in which order, until when, and what each step saves.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

#include "report/json.hpp"
#include "report/run/figures.hpp"
#include "report/run/losses.hpp"
#include "report/run/page.hpp"
#include "report/run/runbook.hpp"
#include "report/run/stamp.hpp"
#include "report/run/steps.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

using scenarios::EarlierNotice;
using scenarios::Recovery;

class RecoverPage {
 public:
  RecoverPage(const Recovery& recovery, const Style& style, Page& page)
      : recovery_(recovery),
        answer_(*recovery.answer),
        system_(recovery.answer->system()),
        style_(style),
        page_(page),
        clock_(clock_of(*recovery.answer->scenario)),
        tasks_(tasks_of(system_, recovery.responders, recovery.plan.response.steps)) {}

  void write() {
    head();
    if (!list().empty() && !is_too_late()) {
      timeline();
      steps();
      not_before();
      order();
      waiting();
    }
    trades();
    own_runbook();
    footer();
  }

 private:
  const std::vector<Step>& list() const { return recovery_.plan.response.steps; }
  bool is_too_late() const {
    return answer_.noticed_after.is_forever() ||
           answer_.first_fault + answer_.noticed_after >= answer_.scenario->horizon;
  }
  std::string name(const Task& task) const { return code(clean(scenarios::step_name(system_, task))); }
  std::string when(SimTime t) const {
    const std::string since = fmt::format("{} after the fault", precise_text(t - answer_.first_fault));
    return clock_.is_set() ? fmt::format("{} ({})", clock_.full(t), since) : since;
  }
  std::string cite(FactId id) const {
    if (!id.is_set()) return "";
    return dim(is_assumption(system_.facts[id]) ? "(assumed)" : "[" + fact_id(system_, id) + "]");
  }
  std::string numbers(std::vector<std::size_t> steps) const {
    std::sort(steps.begin(), steps.end());
    std::vector<std::string> texts;
    for (const std::size_t i : steps) texts.push_back(std::to_string(i + 1));
    return listing(texts, 12);
  }

  void head() {
    const scenarios::Scenario& s = *answer_.scenario;
    page_.title(fmt::format("The way back: {}", clean(s.title.empty() ? s.name : s.title)));
    if (answer_.noticed_after.is_forever()) {
      page_.paragraph(fmt::format("{}, so nobody does anything.",
                                  s.response.by_alarms ? "No alarm is read by anybody" : "Nobody ever notices it"));
      return;
    }
    if (answer_.faults.empty()) {
      page_.paragraph("There is nothing to come back from: no fault happens.");
      return;
    }
    if (is_too_late()) {
      page_.paragraph(
          fmt::format("It is noticed after {}, beyond the {} looked at: nobody does anything in them. "
                      "An earlier `detect` or a longer `horizon` shows the way back.",
                      precise_text(answer_.noticed_after), duration_text(answer_.scenario->horizon.since_start())));
      return;
    }
    if (list().empty()) {
      page_.paragraph(
          "There is nothing that anybody could do to lose less: nothing that has a repair is broken, and no emergency "
          "brake saves more events and requests than it costs.");
      return;
    }
    const Figures f = figures_of(system_, recovery_.plan, answer_.first_fault);
    const auto lost = [this](const Figures& of) {
      std::string events = good("nothing is lost");
      if (of.lost >= 0.5 || !of.destroyed.empty()) {
        events = are(of.lost, of.lost < 0.5 ? "no events" : events_text(of.lost, strong)) + " lost";
      }
      if (of.refused >= 0.5) {
        events += fmt::format(", {} refused", are(of.refused, amount_text(of.refused, "request", "requests")));
      }
      if (of.destroyed.empty()) return events;
      std::vector<std::string> places;
      for (const Figures::Destroyed& d : of.destroyed) {
        const std::string place = code(name_in(system_, d.component));
        if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
      }
      const std::string gone = fmt::format("what was in {} is gone for good", listing(places, 6));
      return of.lost < 0.5 && of.refused < 0.5 ? bad(gone) : events + ", " + bad(gone);
    };
    std::string text = fmt::format("Noticed after {}, {} at work: {}", precise_text(answer_.noticed_after),
                                   counted(s.response.count, "person", "people"), lost(f));
    const auto left = [this](const scenarios::StrategyRun& run) {
      std::vector<std::string> whose;
      for (const HopId h : run.response.unreleased) {
        const std::string name = code(name_in(system_, system_.hops[h].component));
        if (std::find(whose.begin(), whose.end(), name) == whose.end()) whose.push_back(name);
      }
      return whose.empty() ? std::string()
                           : fmt::format(", nobody {} of {}", bad("fetches the backlog"), listing(whose, 4));
    };
    text += left(recovery_.plan);
    text += f.restored.is_forever()
                ? fmt::format(", and {} before the end.", bad("not everything works again"))
                : fmt::format(", and everything works again after {}.", strong(minute_text(f.restored)));
    if (const std::string by_itself = lost_by_the_way_back(answer_, recovery_.plan); !by_itself.empty()) {
      text += " " + by_itself;
    }
    page_.paragraph(text);
    for (const Objective& o : recovery_.plan.findings.objectives) {
      page_.paragraph(fmt::format("{} {}", o.met ? good("✓") : bad("✗"), objective_text(system_, o)), 1);
    }
    for (const scenarios::StrategyRun& run : answer_.runs) {
      const Strategy strategy = run.response.strategy;
      if (strategy == Strategy::full) continue;
      const Figures other = figures_of(system_, run, answer_.first_fault);
      page_.paragraph(fmt::format("{}: {}{}{}.", sentence(strategy_text(strategy)), lost(other),
                                  strategy == Strategy::runbook ? left(run) : std::string(),
                                  other.restored.is_forever() ? ", and not everything works again" : ""),
                      1);
    }
    const std::vector<std::size_t>& critical = recovery_.graph.critical;
    const std::string least = precise_text(recovery_.graph.critical_time);
    if (critical.size() == 1 && list().size() > 1) {
      page_.paragraph(fmt::format("{}Step {} alone takes longest: with any number of people it takes {}.",
                                  recovery_.graph.edges.empty() ? "No step waits for another. " : "",
                                  critical.front() + 1, least));
    } else if (critical.size() > 1 && critical.size() < list().size()) {
      page_.paragraph(fmt::format(
          "Steps {} have to be done one after another: with any number of people it takes {} from beginning to end.",
          numbers(critical), least));
    }
  }

  void timeline() {
    page_.heading("Timeline");
    TextTable table;
    table.columns = {{"no.", true}, {"step", false, true}, {"begin", true}, {"begin by", true}, {"saves", true}};
    for (std::size_t i = 0; i < list().size(); ++i) {
      const Step& s = list()[i];
      std::string by = "–", saves = "–";
      if (i < recovery_.worth.size()) {
        const StepWorth& w = recovery_.worth[i];
        if (!w.no_later_than.is_never()) by = is_at_once(w, s) ? std::string("at once") : moment(w.no_later_than);
        if (!w.keeps_content.empty()) saves = counted(w.keeps_content.size(), "place", "places");
        if (w.saves > 0) saves = count_text(w.saves);
        if (w.saves < 0) saves = bad("–" + count_text(-w.saves));
      }
      table.rows.push_back({std::to_string(i + 1), in_lines(scenarios::step_name(system_, tasks_[i])), moment(s.start),
                            std::move(by), std::move(saves)});
    }
    page_.table(std::move(table));
    page_.paragraph(
        dim(fmt::format(
            "Times {}. Begin by: a step begun later saves less. Saves: events that would be lost "
            "without the step, and requests that would be refused, within {}.",
            clock_.is_set() ? fmt::format("by the clock ({})", clock_.offset()) : std::string("from the first fault"),
            duration_text(answer_.scenario->horizon.since_start()))),
        1);
  }

  // To the minute, rounded down: the steps below tell the second.
  std::string moment(SimTime t) const {
    if (!clock_.is_set()) return minute_text(t - answer_.first_fault);
    const std::string text = clock_.brief(t);
    return text.substr(0, text.size() - 3);
  }
  // A long name, broken after a slash.
  static std::string in_lines(const std::string& name) {
    constexpr std::size_t widest = 34;
    std::string lines, line;
    for (std::size_t from = 0; from < name.size();) {
      const std::size_t to = std::min(name.find('/', from), name.size() - 1) + 1;
      if (!line.empty() && line.size() + to - from > widest) {
        lines += code(clean(line)) + "\n";
        line.clear();
      }
      line += name.substr(from, to - from);
      from = to;
    }
    return lines + code(clean(line));
  }
  static bool is_at_once(const StepWorth& w, const Step& s) {
    return w.no_later_than <= s.start + Duration::seconds(2);
  }

  void steps() {
    page_.heading("Steps");
    page_.paragraph(
        dim("Words in <angle brackets> are yours to fill in. What a step saves is measured: the plan is "
            "simulated without it, and with it begun later."));
    const StepPage writer(answer_, style_, page_, [this](FactId id) { return cite(id); });
    for (std::size_t i = 0; i < list().size(); ++i) {
      page_.gap();
      page_.task(fmt::format("{:>2}.", i + 1), fmt::format("{}{}{}{}{}", name(tasks_[i]), hard_space, hard_space,
                                                           writer.time_of(list()[i]), not_before(i)));
      writer.write(list()[i], i + 1);
      if (const SimTime until = waits_until(tasks_[i]); !until.is_never() && list()[i].start >= until) {
        page_.detail(fmt::format("Not before {}: sooner it loses more.", strong(when(until))), 2);
      }
      for (const std::string& text : worth(i)) page_.detail(text, 2);
      connections(i);
    }
  }

  // What a runbook has to say so that it is done when it is here: a step that waits on purpose, or for what comes by
  // itself.
  std::string not_before(std::size_t i) const {
    const Step& s = list()[i];
    const bool waits = !waits_until(tasks_[i]).is_never() && s.start >= waits_until(tasks_[i]);
    if (!waits && !waits_for_no_step(system_, recovery_.plan.response, recovery_.graph, i)) return "";
    const double seconds = std::ceil((s.start - answer_.first_fault).in_seconds());
    return fmt::format(", not before {}", precise_text(Duration::seconds(seconds)));
  }

  std::vector<std::string> worth(std::size_t i) const {
    if (i >= recovery_.worth.size()) return {dim("What it saves was not measured: the time was up.")};
    const StepWorth& w = recovery_.worth[i];
    const Step& s = list()[i];
    std::vector<std::string> result;
    const std::string without = left_without(w);
    if (!w.keeps_content.empty()) {
      std::vector<std::string> places;
      for (const StoreId store : w.keeps_content) places.push_back(code(clean(system_.stores[store].name)));
      result.push_back(fmt::format("Saves {}: without it that is gone for good.",
                                   good(fmt::format("what lies in {}", listing(places, 5)))));
    }
    if (w.saves > 0) {
      std::vector<std::string> hops;
      for (const HopId h : w.mostly) hops.push_back(code(clean(system_.hops[h].name)));
      result.push_back(fmt::format("Saves {}, of {}.{}", good(saved(w)), listing(hops, 3),
                                   without.empty() ? "" : fmt::format(" Without it {}.", without)));
    } else if (w.saves < 0) {
      result.push_back(
          fmt::format("{} {} than without it: what runs again sends into what still fails, or "
                      "its time is missing elsewhere.{}",
                      bad("Mind:"), difference_text(w.saves_requests - w.saves, -w.saves_requests, "more", plain_text),
                      without.empty() ? "" : fmt::format(" But without it {}.", without)));
    } else {
      const std::string no_data = w.keeps_content.empty() ? "no data is lost" : "no events are lost";
      result.push_back(
          fmt::format("Without it {} within {}, {}.", no_data, duration_text(answer_.scenario->horizon.since_start()),
                      without.empty() ? "and nothing fails that would not fail with it" : "but " + without));
    }
    if (!w.no_later_than.is_never()) {
      const bool is_all_or_nothing =
          !w.useless_from.is_never() && w.useless_from <= w.no_later_than + Duration::seconds(2);
      std::string text = is_at_once(w, s) ? std::string("Every moment counts: begun later it saves less")
                                          : fmt::format("Begin by {}: later it saves {}", strong(when(w.no_later_than)),
                                                        is_all_or_nothing ? "nothing" : "less");
      if (!w.useless_from.is_never() && !is_all_or_nothing) {
        text += fmt::format(", and from {} on nothing", when(w.useless_from));
      }
      result.push_back(text + ".");
    } else if (w.saves > 0 || !w.keeps.empty()) {
      result.push_back("It saves as much whenever it is done within the time looked at.");
    }
    return result;
  }

  // "orders and receipts still fail, and nobody fetches what waits for log-archive"
  std::string left_without(const StepWorth& w) const {
    std::vector<std::string> left;
    const auto tell = [&](const std::vector<std::string>& names, std::string_view of_one, std::string_view of_more) {
      if (!names.empty()) left.push_back(fmt::format("{} {}", listing(names, 3), names.size() == 1 ? of_one : of_more));
    };
    std::vector<std::string> failing, gone, backlogs;
    for (const ComponentId c : w.mends) failing.push_back(code(name_in(system_, c)));
    tell(failing, "still fails", "still fail");
    for (const ConditionId c : w.keeps) {
      const std::string name = code(name_in(system_, system_.conditions[c].component));
      if (std::find(gone.begin(), gone.end(), name) == gone.end()) gone.push_back(name);
    }
    tell(gone, "is gone for good", "are gone for good");
    for (const HopId h : w.fetches) backlogs.push_back(code(clean(system_.hops[h].name)));
    if (!backlogs.empty()) left.push_back(fmt::format("nobody fetches the backlog of {}", listing(backlogs, 3)));
    return fmt::format("{}", fmt::join(left, ", and "));
  }

  static std::string saved(const StepWorth& w) {
    return events_and_requests(w.saves - w.saves_requests, w.saves_requests, plain_text);
  }

  void connections(std::size_t i) {
    std::vector<std::size_t> earlier, later;
    for (const StepGraph::Edge& e : recovery_.graph.edges) {
      if (e.after == i) earlier.push_back(e.before);
      if (e.before == i) later.push_back(e.after);
    }
    std::vector<std::string> parts;
    if (!earlier.empty()) parts.push_back(fmt::format("after {}", numbers(earlier)));
    if (!later.empty()) parts.push_back(fmt::format("opens the way for {}", numbers(later)));
    if (!parts.empty()) page_.detail(dim(sentence(listing(parts)) + "."), 2);
  }

  // What never was is not yet there, rather than no longer.
  std::string missing(ConditionId c) const {
    if (system_.conditions[c].initially) return denied_sentence(says(system_, c));
    std::string text = clean(says(system_, c));
    static constexpr std::array<std::array<std::string_view, 2>, 4> negated = {{{"there is a ", "there is no "},
                                                                                {" has been ", " has not been "},
                                                                                {" has a ", " has no "},
                                                                                {" is ", " is not "}}};
    for (const auto& [from, to] : negated) {
      const std::size_t at = text.find(from);
      if (at != std::string::npos) return text.replace(at, from.size(), to) + " yet";
    }
    return "not yet: " + text;
  }

  // What would be in vain, or do harm, before something else.
  void not_before() {
    std::map<std::size_t, std::vector<StepGraph::Edge>> of;
    for (const StepGraph::Edge& e : recovery_.graph.edges) of[e.after].push_back(e);
    if (of.empty()) return;
    page_.heading("What must not be done first");
    for (const auto& [after, edges] : of) {
      std::vector<std::size_t> steps;
      std::vector<std::string> reasons;
      for (const StepGraph::Edge& e : edges) {
        steps.push_back(e.before);
        const std::string reason = missing(e.brings);
        if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(reason);
      }
      const bool is_release = list()[after].is_release();
      const bool is_for_applying =
          std::any_of(edges.begin(), edges.end(), [](const StepGraph::Edge& e) { return e.is_for_applying; });
      page_.item(fmt::format("{} {} before {}: {} while {}.", strong(std::to_string(after + 1)), name(tasks_[after]),
                             numbers(steps),
                             is_for_applying ? "it would take for gone what can still be had,"
                             : is_release    ? "it would send into what still fails,"
                                             : "in vain",
                             listing(reasons, 3)));
    }
  }

  void order() {
    const OrderSearch& search = recovery_.search;
    if (search.tried == 0) return;
    page_.heading("The order");
    const std::string how = orders_text(search.tried, search.is_exact, search.is_finished);
    if (search.moves.empty()) {
      page_.paragraph(
          fmt::format("The step that serves the earliest point of no return goes first, and no better order "
                      "was found. {}",
                      dim(how)));
      return;
    }
    const double less = search.by_rule.lost - search.best.lost;
    const std::string rule = "Doing first what serves the earliest point of no return";
    const auto told = [](const Toll& t, std::string (*mark)(std::string_view)) {
      return lost_and_refused(t.lost - t.refused, t.refused, mark);
    };
    if (const std::size_t gone = search.by_rule.for_good(); gone > search.best.for_good()) {
      page_.paragraph(fmt::format("{}, {} gone for good, in this order {}. {} that way, and {} this way. {}", rule,
                                  are(static_cast<double>(gone), counted(gone, "thing", "things")),
                                  search.best.for_good(), sentence(told(search.by_rule, plain_text)),
                                  told(search.best, strong), dim(how)));
    } else if (less >= 0.5 && told(search.by_rule, plain_text) == told(search.best, plain_text)) {
      const double refused = search.by_rule.refused - search.best.refused;
      page_.paragraph(fmt::format("{}, {} than in this order. {}", rule,
                                  difference_text(less - refused, refused, "more", strong), dim(how)));
    } else if (less >= 0.5) {
      page_.paragraph(fmt::format("{}, {}; in this order {}. {}", rule, told(search.by_rule, plain_text),
                                  told(search.best, strong), dim(how)));
    } else if (search.by_rule.still_broken > search.best.still_broken) {
      page_.paragraph(fmt::format("{} loses as much, but leaves more that still fails. {}", rule, dim(how)));
    } else {
      page_.paragraph(fmt::format("{} loses as much, but it takes longer until {}. {}", rule,
                                  search.by_rule.works > search.best.works ? "everything works again" : "all is done",
                                  dim(how)));
    }
    if (search.moves.size() > 1) page_.paragraph(dim("Swap by swap, each with what it changes after those above it:"));
    for (const OrderSearch::Move& m : search.moves) {
      page_.item(
          fmt::format("{} {} {}: {}.", name(m.moved), m.is_later ? "after" : "before", name(m.beside), effect(m)));
    }
  }

  std::string effect(const OrderSearch::Move& m) const {
    std::string sooner = [&]() -> std::string {
      if (m.keeps > 0) {
        return fmt::format("{} no longer gone for good",
                           are(static_cast<double>(m.keeps), counted(m.keeps, "thing", "things")));
      }
      if (m.works_sooner > Duration{}) return fmt::format("everything works {} sooner", precise_text(m.works_sooner));
      if (m.sooner > Duration{}) return fmt::format("the last step is done {} sooner", precise_text(m.sooner));
      return "";
    }();
    if (m.saves >= 0.5) {
      std::string text = difference_text(m.saves - m.saves_requests, m.saves_requests, "fewer", plain_text);
      if (m.mostly.is_set()) text += fmt::format(", mostly of {}", code(clean(system_.hops[m.mostly].name)));
      return text;
    }
    if (m.saves <= -0.5) {
      return difference_text(m.saves_requests - m.saves, -m.saves_requests, "more", plain_text) + " by this alone";
    }
    if (!sooner.empty()) return sooner;
    if (m.works_sooner < Duration{} || m.sooner < Duration{}) return "takes longer by this alone";
    return "changes nothing by itself";
  }

  // Where doing something sooner loses more.
  void waiting() {
    const auto because = [this](HopId mostly) {
      return mostly.is_set() ? fmt::format(", mostly of {}", code(clean(system_.hops[mostly].name))) : std::string();
    };
    if (recovery_.waits.empty() && !recovery_.earlier) return;
    page_.heading("Where sooner is worse");
    for (const Wait& w : recovery_.waits) {
      const double requests = w.mostly.is_set() && is_request(system_.hops[w.mostly]) ? w.saves : 0;
      page_.item(fmt::format(
          "{} not before {}: begun as soon as it can be, {}{}.", name(w.step), strong(when(w.until)),
          w.saves >= 0.5 ? difference_text(w.saves - requests, requests, "more", bad) : "more is gone for good",
          because(w.mostly)));
    }
    if (!recovery_.earlier) return;
    const EarlierNotice& e = *recovery_.earlier;
    page_.item(fmt::format(
        "Noticed after {} instead of {}, and with every step begun as soon as it can be, {}: what works again "
        "sends into what still fails, or people are busy with something else when it matters.",
        duration_text(e.after), precise_text(answer_.noticed_after),
        difference_text(e.more - e.more_requests, e.more_requests, "more", bad)));
  }
  SimTime waits_until(const Task& task) const {
    for (const Wait& w : recovery_.waits) {
      if (w.step.repair == task.repair) return w.until;  // an apply may leave out something else by then
    }
    return SimTime::never();
  }

  void trades() {
    if (recovery_.trades.empty()) return;
    page_.heading("For you to weigh");
    page_.paragraph(
        "An emergency brake that the plan leaves alone, since it costs more events than it saves requests. Done "
        "first:");
    for (const scenarios::Trade& t : recovery_.trades) {
      page_.item(fmt::format("{} ({}): {} not refused, and {} lost. {}", name(Task{t.brake}),
                             clean(text_of(system_, t.brake).title),
                             are(t.requests_served, amount_text(t.requests_served, "request", "requests")),
                             events_text(t.events_lost, bad), cite(system_.repairs[t.brake].fact)));
    }
  }

  void own_runbook() {
    if (!recovery_.runbook) return;
    page_.heading("Your runbook");
    page_.paragraph(runbook_toll(answer_, recovery_.plan));
    for (const std::string& text : runbook_faults(answer_, *recovery_.runbook)) page_.item(text);
  }

  void footer() {
    page_.heading("About this report");
    page_.paragraph(dim(fmt::format(
        "moshimo {}; input {}; {} simulated. Nothing was called: this is computed from the inventory and the "
        "catalogue. "
        "Every [fact] has a source; moshimo explain FACT shows it. Written as Markdown this is a runbook that a "
        "scenario can follow: strategy: {{ runbook: FILE }}.",
        style_.version, digest_of(answer_), duration_text(answer_.scenario->horizon.since_start()))));
  }

  const Recovery& recovery_;
  const scenarios::Answer& answer_;
  const System& system_;
  const Style& style_;
  Page& page_;
  Clock clock_;
  std::vector<Task> tasks_;
};

}  // namespace

std::string recover_report(const Recovery& recovery, const Style& style) {
  if (style.form == Form::json) return recover_json(recovery, style);
  Page page;
  RecoverPage(recovery, style, page).write();
  return page.render(style);
}

}  // namespace moshimo::report
