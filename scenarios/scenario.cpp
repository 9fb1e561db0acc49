#include "scenarios/scenario.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "models/file_kind.hpp"
#include "scenarios/runbook.hpp"

namespace moshimo::scenarios {
namespace {

using input::Cursor;

constexpr std::array<std::pair<std::string_view, Strategy>, 3> strategies = {
    {{"none", Strategy::none}, {"restore_only", Strategy::restore_only}, {"full", Strategy::full}}};

// The offset at the end of `2025-05-12T10:00:00+09:00`, in seconds; `+0900` and `+09` mean the same. 0 for Z and dates.
std::int32_t utc_offset(std::string_view moment) {
  const std::size_t clock = moment.find_first_of("T ");
  if (clock == std::string_view::npos) return 0;
  const std::size_t sign = moment.find_first_of("+-", clock);
  if (sign == std::string_view::npos) return 0;
  std::array<std::int32_t, 4> digits{};
  std::size_t count = 0;
  for (const char c : moment.substr(sign + 1)) {
    if (c >= '0' && c <= '9' && count < digits.size()) digits[count++] = c - '0';
  }
  const std::int32_t seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60;
  return moment[sign] == '-' ? -seconds : seconds;
}

bool has_zone(std::string_view moment) {
  const std::size_t clock = moment.find_first_of("T ");
  return clock != std::string_view::npos && moment.find_first_of("+-Z", clock) != std::string_view::npos;
}

class Reader {
 public:
  Reader(std::shared_ptr<const input::Document> document, const std::string& path, input::Diagnostics& diagnostics)
      : document_(std::move(document)), folder_(std::filesystem::path(path).parent_path()), diagnostics_(diagnostics) {}

  Scenario read() {
    scenario_.document = document_;
    const Cursor root(*document_, diagnostics_);
    if (!root.expect_map("a scenario")) return std::move(scenario_);
    root.allow_only({"version", "name", "title", "inventory", "start", "horizon", "faults", "response", "compare",
                     "what_if", "sweep", "uncertainty", "expect"});
    if (const auto version = root.require("version")) {
      if (version.text() != "1") version.error("this program reads version 1 of scenarios");
    }
    if (const auto name = root.require("name")) scenario_.name = name.text().value_or("");
    if (const auto title = root.find("title")) scenario_.title = title.text().value_or("");
    if (const auto inventory = root.require("inventory")) {
      for (const Cursor& file : inventory.one_or_many()) {
        const auto text = file.text();
        if (!text) continue;
        scenario_.inventories.push_back((folder_ / *text).string());
        scenario_.inventory_at.push_back(file.at());
      }
    }
    if (const auto start = root.find("start")) read_start(start);
    const auto horizon = root.find("horizon");
    if (horizon) read_horizon(horizon);
    if (const auto faults = root.require("faults")) {
      for (const Cursor& fault : faults.items()) read_fault(fault);
    }
    if (const auto response = root.find("response")) {
      read_response(response, scenario_.response, scenario_.detection, scenario_.runbook);
    } else if (horizon) {
      detections_.push_back({scenario_.response.time_to_detect, horizon.at()});
    }
    if (const auto compare = root.find("compare")) {
      for (const Cursor& c : compare.items()) {
        const auto s = strategy_of(c);
        if (s && !add_new(scenario_.compare, *s))
          c.error(fmt::format("'{}' is compared already; remove it", *c.text()));
      }
    } else {
      scenario_.compare = {Strategy::none, Strategy::restore_only, Strategy::full};
    }
    if (const auto what_if = root.find("what_if")) {
      if (what_if.size() > most_what_ifs) {
        what_if.error(
            fmt::format("a scenario has at most {} what-ifs, for each is a run of its own; make several "
                        "scenarios",
                        most_what_ifs));
      } else {
        for (const Cursor& c : what_if.items()) read_what_if(c);
      }
    }
    if (const auto sweep = root.find("sweep")) read_sweep(sweep);
    if (const auto uncertainty = root.find("uncertainty")) read_uncertainty(uncertainty);
    if (const auto expect = root.find("expect")) {
      for (const Cursor& c : expect.items()) {
        const auto text = c.text();
        if (!text) continue;
        if (auto e = parse_expectation(*text, c.at(), diagnostics_)) scenario_.expect.push_back(std::move(*e));
      }
    }
    for (const Detection& d : detections_) check(d);
    return std::move(scenario_);
  }

 private:
  static constexpr std::size_t most_what_ifs = 100;

  // Where a time to detect is written.
  struct Detection {
    Duration after;
    input::Position at;
    bool somebody_acts = true;
  };

  template <class T>
  static bool add_new(std::vector<T>& all, const T& one) {
    if (std::find(all.begin(), all.end(), one) != all.end()) return false;
    all.push_back(one);
    return true;
  }

  // Whoever notices after the end does nothing.
  void check(const Detection& d) {
    SimTime first = scenario_.horizon;
    for (const ScenarioFault& f : scenario_.faults) first = std::min(first, f.at);
    if (scenario_.faults.empty() || !d.somebody_acts || first + d.after < scenario_.horizon) return;
    if (d.after.is_forever()) return;  // which is what was written
    diagnostics_.warning(d.at, fmt::format("it is noticed after {}, when the run of {} is over, so nobody does "
                                           "anything; make the horizon longer",
                                           input::to_text(d.after), input::to_text(scenario_.horizon.since_start())));
  }

  void read_start(const Cursor& c) {
    const auto text = c.text();
    if (!text) return;
    scenario_.start = models::parse_moment(*text);
    if (!scenario_.start) {
      c.error(fmt::format("'{}' is no moment; write a date or a time such as 2025-05-12T10:00:00+09:00", *text));
      return;
    }
    scenario_.start_text = *text;
    scenario_.utc_offset_seconds = utc_offset(*text);
    if (text->find_first_of("T ") != std::string::npos && !has_zone(*text)) {
      diagnostics_.warning(c.at(), fmt::format("'{}' has no time zone, so it is taken as UTC; write {}Z, or an offset "
                                               "such as +09:00",
                                               *text, *text));
    }
  }

  // When something happens: a duration from the start, or a moment, if the scenario says when it starts.
  std::optional<SimTime> time_of(const Cursor& c) {
    const auto text = c.text();
    if (!text) return std::nullopt;
    if (const auto moment = models::parse_moment(*text)) {
      if (!scenario_.start) {
        c.error(
            fmt::format("'{}' is a moment, and the scenario has no `start` to count from; give it one, or write a "
                        "duration such as 5m",
                        *text));
        return std::nullopt;
      }
      // Without a zone of its own it is by the clock of the start.
      const std::int64_t offset = has_zone(*text) ? 0 : scenario_.utc_offset_seconds;
      const std::int64_t seconds = moment->seconds - offset - scenario_.start->seconds;
      if (seconds >= 0) return SimTime::after_start(Duration::microseconds(seconds * 1'000'000));
      c.error(fmt::format("'{}' lies before the start of the scenario, {}", *text, scenario_.start_text));
      return std::nullopt;
    }
    const auto duration = input::parse_duration(*text);
    if (duration && *duration >= Duration{} && !duration->is_forever()) return SimTime::after_start(*duration);
    c.error(
        fmt::format("'{}' is no time of a fault: it is counted from the start, as in 0s, 5m or 1d12h, or is a "
                    "moment such as 2025-05-12T10:00:00Z",
                    *text));
    return std::nullopt;
  }

  void read_horizon(const Cursor& c) {
    const auto text = c.text();
    if (!text) return;
    const auto horizon = input::parse_duration(*text);
    if (!horizon || *horizon <= Duration{} || *horizon > Duration::days(3660)) {
      c.error(fmt::format("the horizon must lie between 1s and 3660d, as in 12h or 30d; found {}",
                          input::in_quotes(*text)));
      scenario_.horizon = SimTime::after_start(Duration::days(3660));  // so that nothing lies beyond it
      return;
    }
    scenario_.horizon = SimTime::after_start(*horizon);
  }

  // { at: 0s, delete: [a, b], through: terraform }: the first key besides `at` is what is done.
  void read_fault(const Cursor& c) {
    if (!c.expect_map("a fault")) return;
    ScenarioFault fault;
    models::CallBy call;
    for (const Cursor& entry : c.entries()) {
      if (entry.key() == "at") {
        fault.at = time_of(entry).value_or(SimTime{});
      } else if (entry.key() == "by") {
        call.who = entry.text().value_or("");
      } else if (entry.key() == "code") {
        const auto text = entry.text();
        if (text && *text != "kept" && *text != "gone") entry.error("the code of what goes is `kept` or `gone`");
        call.code_is_kept = text == "kept";
      } else if (entry.key() == "context") {
        for (const Cursor& key : entry.entries()) {
          if (const auto value = key.text()) call.context.emplace_back(key.key(), *value);
        }
      } else if (fault.verb.empty()) {
        fault.verb = entry.key();
        fault.verb_at = entry.key_at();
        for (const Cursor& name : entry.one_or_many()) {
          const auto text = name.text();
          if (!text) continue;
          fault.components.push_back(*text);
          fault.component_at.push_back(name.at());
        }
      } else if (fault.verb == "outage") {  // which is of every component, so that no type says what it takes
        if (entry.key() == "for")
          fault.over_after = entry.duration();
        else
          diagnostics_.error(entry.key_at(), fmt::format("an outage has no '{}'; it takes `for`", entry.key()));
      } else {
        fault.parameters.emplace_back(entry.key(), models::value_from(*document_, entry.node()));
      }
    }
    if (fault.verb.empty()) {
      c.error("a fault says what is done to what, as in { at: 0s, delete: [a-role] }");
      return;
    }
    if (fault.components.empty()) {
      diagnostics_.error(fault.verb_at, fmt::format("this fault names nothing; say to what it happens, as in {}: "
                                                    "[orders-role]",
                                                    fault.verb));
      return;
    }
    const auto other_way = std::find_if(fault.parameters.begin(), fault.parameters.end(), [](const auto& given) {
      return given.first == "through" && given.second.text != "terraform";
    });
    if (call.code_is_kept && other_way != fault.parameters.end()) {
      c.error(fmt::format("what is done `through: {}` asks no code; leave `code: kept` out", other_way->second.text));
      return;
    }
    if (!call.who.empty() || !call.context.empty() || call.code_is_kept)
      fault.call = std::make_shared<const models::CallBy>(std::move(call));
    if (fault.at > scenario_.horizon) c.error("this fault lies beyond the horizon of the scenario");
    scenario_.faults.push_back(std::move(fault));
  }

  std::optional<Strategy> strategy_of(const Cursor& c) {
    const auto text = c.text();
    if (!text) return std::nullopt;
    const auto found =
        std::find_if(strategies.begin(), strategies.end(), [&](const auto& s) { return s.first == *text; });
    if (found != strategies.end()) return found->second;
    c.error(fmt::format("there is no strategy '{}'{}", *text,
                        input::did_you_mean(*text, {"none", "restore_only", "full"},
                                            "known are none, restore_only, full, and { runbook: FILE }")));
    return std::nullopt;
  }

  // A duration that is not known exactly: { lognormal: { median: 40m, p95: 6h } } and the like.
  std::optional<Distribution> distribution_of(const Cursor& c) {
    const auto kind = c.first_child();
    if (c.size() != 1) {
      c.error(
          "a distribution is one of { lognormal: { median: 40m, p95: 6h } }, { triangular: [10m, 40m, 6h] } and "
          "{ uniform: [10m, 6h] }");
      return std::nullopt;
    }
    if (kind.key() == "lognormal") {
      if (!kind.expect_map("a lognormal distribution")) return std::nullopt;
      kind.allow_only({"median", "p95"});
      const auto median = bound_of(kind.require("median"));
      const auto p95 = bound_of(kind.require("p95"));
      if (!median || !p95) return std::nullopt;
      if (*median > Duration{} && *p95 >= *median) return Distribution::lognormal(*median, *p95);
      kind.error("a lognormal distribution has a median above 0 and a p95 that is no shorter");
      return std::nullopt;
    }
    const bool is_triangular = kind.key() == "triangular";
    if (!is_triangular && kind.key() != "uniform") {
      diagnostics_.error(kind.key_at(),
                         fmt::format("there is no distribution '{}'{}", kind.key(),
                                     input::did_you_mean(kind.key(), {"lognormal", "triangular", "uniform"},
                                                         "known are lognormal, triangular and uniform")));
      return std::nullopt;
    }
    std::vector<Duration> bounds;
    for (const Cursor& item : kind.items()) {
      const auto bound = bound_of(item);
      if (!bound) return std::nullopt;
      bounds.push_back(*bound);
    }
    const std::size_t wanted = is_triangular ? 3 : 2;
    if (bounds.size() != wanted || !std::is_sorted(bounds.begin(), bounds.end())) {
      if (kind.is_list()) {
        kind.error(is_triangular ? "a triangular distribution is [shortest, most frequent, longest]"
                                 : "a uniform distribution is [shortest, longest]");
      }
      return std::nullopt;
    }
    return is_triangular ? Distribution::triangular(bounds[0], bounds[1], bounds[2])
                         : Distribution::uniform(bounds[0], bounds[1]);
  }

  std::optional<Duration> bound_of(const Cursor& c) {
    if (!c) return std::nullopt;
    const auto duration = c.duration();
    if (!duration) return std::nullopt;
    if (*duration >= Duration{} && *duration <= Duration::days(36'500)) return duration;
    c.error("a bound of a distribution lies between 0 and a hundred years");
    return std::nullopt;
  }

  void read_uncertainty(const Cursor& c) {
    if (!c.expect_map("the uncertainty")) return;
    c.allow_only({"repairs", "propagation"});
    const auto read = [&](std::string_view key, double& into) {
      const auto at = c.find(key);
      if (!at) return;
      const auto factor = at.number();
      if (factor && (*factor < 1 || *factor > 100))
        at.error("95 % take less than so many times the figure: a number from 1 (exact) to 100");
      else if (factor)
        into = *factor;
    };
    read("repairs", scenario_.uncertainty.repairs);
    read("propagation", scenario_.uncertainty.propagation);
  }

  // The strategy of a response: a name, or a runbook to follow.
  void read_strategy(const Cursor& c, Responders& into, std::shared_ptr<const Runbook>& runbook) {
    if (!c.is_map()) {
      into.strategy = strategy_of(c).value_or(into.strategy);
      runbook = nullptr;
      return;
    }
    c.allow_only({"runbook"});
    const auto file = c.require("runbook");
    const auto path = file ? file.text() : std::nullopt;
    if (!path) return;
    const std::filesystem::path full = folder_ / *path;
    std::error_code error;
    if (!std::filesystem::exists(full, error)) {
      file.error(
          fmt::format("there is no file '{}'; the path of a runbook is relative to the scenario", full.string()));
      return;
    }
    into.strategy = Strategy::runbook;
    runbook = std::make_shared<const Runbook>(read_runbook(full.string(), diagnostics_));
  }

  // A duration, a distribution, `alarms`, or `{ alarms: { otherwise: 24h } }`.
  void read_detect(const Cursor& c, Responders& into, std::optional<Distribution>& detection) {
    into.by_alarms = false;
    detection.reset();
    const bool is_map_of_alarms = c.is_map() && c.find("alarms");
    if (is_map_of_alarms || (c.is_scalar() && c.text() == "alarms")) {
      into.by_alarms = true;
      into.without_alarm = Duration::forever();
      if (!is_map_of_alarms) return;
      c.allow_only({"alarms"});
      const auto alarms = c.find("alarms");
      if (!alarms.expect_map("what there is besides alarms")) return;
      alarms.allow_only({"otherwise"});
      if (const auto otherwise = alarms.require("otherwise")) {
        into.without_alarm = otherwise.duration().value_or(Duration::forever());
      }
      return;
    }
    if (c.is_map()) {
      if (const auto d = distribution_of(c)) {
        detection = *d;
        into.time_to_detect = median(*d);
      }
    } else if (const auto d = c.duration()) {
      into.time_to_detect = *d;
    }
  }

  void read_response(const Cursor& c, Responders& into, std::optional<Distribution>& detection,
                     std::shared_ptr<const Runbook>& runbook) {
    if (!c.expect_map("a response")) return;
    c.allow_only({"detect", "responders", "strategy", "through"});
    if (const auto detect = c.find("detect")) read_detect(detect, into, detection);
    if (const auto people = c.find("responders")) {
      const auto n = people.integer();
      if (n && (*n < 1 || *n > 1000))
        people.error("there must be 1 to 1000 responders");
      else if (n)
        into.count = static_cast<std::uint32_t>(*n);
    }
    if (const auto through = c.find("through")) {
      const auto text = through.text();
      if (text && *text != "terraform" && *text != "hand") {
        through.error(fmt::format("'{}' is no way to put things back{}", *text,
                                  input::did_you_mean(*text, {"terraform", "hand"}, "known are terraform and hand")));
      }
      into.by_hand = text == "hand";
    }
    if (const auto strategy = c.find("strategy")) read_strategy(strategy, into, runbook);
    const auto detect = c.find("detect");
    const bool is_given = !into.by_alarms || !into.without_alarm.is_forever();
    if (is_given) {
      detections_.push_back({into.by_alarms ? into.without_alarm : into.time_to_detect, (detect ? detect : c).at(),
                             into.strategy != Strategy::none});
    }
  }

  void read_what_if(const Cursor& c) {
    if (!c.expect_map("a what-if")) return;
    c.allow_only({"name", "set", "response"});
    WhatIf what_if;
    if (const auto name = c.require("name")) {
      what_if.name = name.text().value_or("");
      const bool is_known = std::any_of(scenario_.what_if.begin(), scenario_.what_if.end(),
                                        [&](const WhatIf& other) { return other.name == what_if.name; });
      if (is_known && !what_if.name.empty()) {
        name.error(fmt::format("there is a what-if named '{}' already; give this one another name", what_if.name));
      }
    }
    what_if.runbook = scenario_.runbook;
    if (const auto set = c.find("set")) {
      for (const Cursor& component : set.entries()) {
        for (const Cursor& attribute : component.entries()) {
          models::Override o;
          o.component = component.key();
          o.attribute = attribute.key();
          o.value = models::value_from(*document_, attribute.node());
          o.at = attribute.key_at();
          what_if.set.push_back(std::move(o));
        }
      }
    }
    if (const auto response = c.find("response")) {
      what_if.response = scenario_.response;
      std::optional<Distribution> of_trials;  // of which there are none with something else than is so
      read_response(response, *what_if.response, of_trials, what_if.runbook);
    }
    if (what_if.set.empty() && !what_if.response) c.error("a what-if changes something: give it `set` or `response`");
    scenario_.what_if.push_back(std::move(what_if));
  }

  void read_sweep(const Cursor& c) {
    if (!c.expect_map("a sweep")) return;
    const std::vector<Cursor> entries = c.entries();
    if (entries.empty()) c.error("a sweep names what it varies, as in { detect: [5m, 1h, 1d] }");
    if (entries.size() > 2) c.error("a sweep varies one or two things at a time; make several scenarios");
    for (const Cursor& entry : entries) {
      if (entry.size() > most_sweep_values) {
        entry.error(fmt::format("a sweep has at most {} values, for each is a run of its own", most_sweep_values));
        continue;
      }
      Vary vary;
      vary.name = entry.key();
      vary.at = entry.key_at();
      for (const Cursor& value : entry.one_or_many()) {
        if (const auto text = value.text()) add_values(vary, *text, value.at(), diagnostics_);
      }
      if (vary.name == "detect") {
        for (std::size_t i = 0; i < vary.values.size(); ++i) {
          const Duration detect = Duration::seconds(vary.values[i].value);
          detections_.push_back({detect, vary.value_at[i], scenario_.response.strategy != Strategy::none});
        }
      }
      if (!vary.values.empty()) scenario_.sweep.push_back(std::move(vary));
    }
  }

  std::shared_ptr<const input::Document> document_;
  std::filesystem::path folder_;
  input::Diagnostics& diagnostics_;
  Scenario scenario_;
  std::vector<Detection> detections_;
};

}  // namespace

Scenario read_scenario(const std::string& path, input::Diagnostics& diagnostics) {
  auto document = std::make_shared<const input::Document>(input::read_document(path, diagnostics));
  if (!document->is_whole() || models::is_another_kind(*document, models::FileKind::scenario, diagnostics)) {
    Scenario broken;
    broken.document = std::move(document);
    return broken;
  }
  return read_scenario(std::move(document), path, diagnostics);
}

Scenario read_scenario(std::shared_ptr<const input::Document> document, const std::string& path,
                       input::Diagnostics& diagnostics) {
  return Reader(std::move(document), path, diagnostics).read();
}

}  // namespace moshimo::scenarios
