// The system itself, what was done to it and what came of it; times in microseconds.
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {
namespace {

std::string_view text_of(Hop::Source source) {
  switch (source) {
    case Hop::Source::port: return "port";
    case Hop::Source::work: return "work";
    case Hop::Source::profile: return "profile";
    case Hop::Source::timetable: return "timetable";
    case Hop::Source::signal: return "signal";
    case Hop::Source::sign: return "sign";
  }
  return "";
}

std::string_view text_of(Watch::For what) {
  switch (what) {
    case Watch::For::nothing: return "nothing";
    case Watch::For::symptom: return "symptom";
    case Watch::For::action: return "action";
    case Watch::For::refusal: return "refusal";
    case Watch::For::alarms: return "alarms";
  }
  return "";
}

std::string_view text_of(Watch::Amount amount) {
  switch (amount) {
    case Watch::Amount::any: return "any";
    case Watch::Amount::level: return "level";
    case Watch::Amount::per_period: return "per_period";
  }
  return "";
}

std::string_view text_of(Watch::Rule::Kind kind) {
  switch (kind) {
    case Watch::Rule::Kind::alarm: return "alarm";
    case Watch::Rule::Kind::both: return "both";
    case Watch::Rule::Kind::either: return "either";
    case Watch::Rule::Kind::negation: return "negation";
    case Watch::Rule::Kind::never: return "never";
  }
  return "";
}

std::string_view text_of(Watch::Outcome outcome) {
  switch (outcome) {
    case Watch::Outcome::any: return "any";
    case Watch::Outcome::happened: return "happened";
    case Watch::Outcome::stopped: return "stopped";
  }
  return "";
}

std::string_view text_of(Condition::Kind kind) {
  switch (kind) {
    case Condition::Kind::free: return "free";
    case Condition::Kind::derived: return "derived";
    case Condition::Kind::staffed: return "staffed";
  }
  return "";
}

std::string_view text_of(Condition::Rises rises) {
  switch (rises) {
    case Condition::Rises::after_delay: return "after_delay";
    case Condition::Rises::by_repair: return "by_repair";
    case Condition::Rises::never: return "never";
  }
  return "";
}

std::string_view text_of(Overflow overflow) {
  switch (overflow) {
    case Overflow::next: return "next";
    case Overflow::drop_newest: return "drop_newest";
    case Overflow::drop_oldest: return "drop_oldest";
    case Overflow::block: return "block";
  }
  return "";
}

std::string_view text_of(Fallback::Kind kind) {
  switch (kind) {
    case Fallback::Kind::store: return "store";
    case Fallback::Kind::retry: return "retry";
    case Fallback::Kind::buffer: return "buffer";
    case Fallback::Kind::hand_on: return "hand_on";
  }
  return "";
}

std::string_view text_of(Shape shape) {
  switch (shape) {
    case Shape::constant: return "constant";
    case Shape::linear: return "linear";
    case Shape::exponential: return "exponential";
  }
  return "";
}

class SystemRows {
 public:
  explicit SystemRows(const System& system) : system_(system) {}

  Json all() const {
    Json json;
    json["facts"] = facts(system_);
    json["components"] = list(system_.components, [this](const Component& c) { return row(c); });
    json["conditions"] = list(system_.conditions, [this](const Condition& c) { return row(c); });
    json["ports"] = list(system_.ports, [this](const Port& p) { return row(p); });
    json["stores"] = list(system_.stores, [this](const Store& s) { return row(s); });
    json["hops"] = list(system_.hops, [this](const Hop& h) { return row(h); });
    json["processes"] = list(system_.processes, [this](const Process& p) { return row(p); });
    json["repairs"] = list(system_.repairs, [this](const Repair& r) { return row(r); });
    json["actions"] = list(system_.actions, [this](const Action& a) { return row(a); });
    return json;
  }

  Json script(const Script& s) const {
    Json changes = Json::array();
    for (const Script::Change& c : s.changes) {
      changes.push_back({{"at_us", micro(c.at)}, {"condition", name_of(system_, c.condition)}, {"to", c.to}});
    }
    Json restarts = Json::array();
    for (const Script::Restart& r : s.restarts) {
      restarts.push_back({{"at_us", micro(r.at)}, {"process", system_.processes[r.process].name}});
    }
    Json releases = Json::array();
    for (const Script::Release& r : s.releases) {
      releases.push_back({{"at_us", micro(r.at)},
                          {"hop", system_.hops[r.hop].name},
                          {"fallback", r.fallback},
                          {"rate_per_s", number(r.rate.per_second())}});
    }
    Json settings = Json::array();
    for (const Script::Setting& x : s.settings) {
      settings.push_back(
          {{"at_us", micro(x.at)}, {"store", system_.stores[x.store].name}, {"holds_for_us", micro(x.holds_for)}});
    }
    return {{"changes", std::move(changes)},
            {"restarts", std::move(restarts)},
            {"releases", std::move(releases)},
            {"settings", std::move(settings)}};
  }

  // Only what changes: everything else keeps its first value.
  Json timeline(const Outcome& outcome) const {
    Json conditions = Json::object();
    for (std::uint32_t c = 0; c < outcome.timeline.conditions.size(); ++c) {
      const StepFunction<bool>& f = outcome.timeline.conditions[c];
      if (f.size() < 2) continue;
      Json changes = Json::array();
      for (const ChangeTo<bool>& x : f) changes.push_back({{"at_us", micro(x.at)}, {"holds", x.value}});
      conditions[name_of(system_, ConditionId(c))] = std::move(changes);
    }
    Json running = Json::object();
    for (std::uint32_t p = 0; p < outcome.timeline.running.size(); ++p) {
      Json changes = Json::array();
      for (const ChangeTo<std::uint32_t>& x : outcome.timeline.running[p]) {
        changes.push_back({{"at_us", micro(x.at)}, {"workers", x.value}});
      }
      running[system_.processes[ProcessId(p)].name] = std::move(changes);
    }
    Json hops = Json::object();
    for (std::uint32_t h = 0; h < outcome.hop_states.size(); ++h) {
      const StepFunction<HopState>& f = outcome.hop_states[h];
      if (f.empty() || (f.size() == 1 && f.front().value.open)) continue;
      Json changes = Json::array();
      for (const ChangeTo<HopState>& x : f) {
        Json change = {{"at_us", micro(x.at)}, {"open", x.value.open}};
        if (!x.value.open) {
          change["error"] = name_of(x.value.error);
          change["need"] = x.value.need;
        }
        changes.push_back(std::move(change));
      }
      hops[system_.hops[HopId(h)].name] = std::move(changes);
    }
    return {{"horizon_us", micro(outcome.timeline.horizon)},
            {"conditions", std::move(conditions)},
            {"running", std::move(running)},
            {"hop_states", std::move(hops)}};
  }

 private:
  template <class Table, class Write>
  static Json list(const Table& table, Write write) {
    Json array = Json::array();
    for (const auto& r : table) array.push_back(write(r));
    return array;
  }

  Json names(const std::vector<ConditionId>& list_of_ids) const {
    Json array = Json::array();
    for (const ConditionId c : list_of_ids) array.push_back(name_of(system_, c));
    return array;
  }

  Json needs(const Needs& needs_of_row) const {
    Json array = Json::array();
    for (const Need& n : needs_of_row) {
      Json any = Json::array({name_of(system_, n.condition)});
      for (const ConditionId c : n.alternatives) any.push_back(name_of(system_, c));
      array.push_back({{"error", name_of(n.error)}, {"any_of", std::move(any)}});
    }
    return array;
  }

  static Json delay(const Delay& d) { return {{"least_us", micro(d.least)}, {"most_us", micro(d.most)}}; }

  static Json schedule(const Schedule& s) {
    Json array = Json::array();
    for (const moshimo::Phase& p : s) {
      array.push_back({{"attempts", p.attempts},
                       {"gap_us", micro(p.gap)},
                       {"last_us", micro(p.last)},
                       {"shape", text_of(p.shape)}});
    }
    return array;
  }

  Json symptoms(const std::vector<Symptom>& of_row) const {
    Json array = Json::array();
    for (const Symptom& s : of_row) {
      array.push_back({{"kind", name_of(s.kind)},
                       {"text", s.text},
                       {"after_us", micro(s.after)},
                       {"only_while", needs(s.only_while)},
                       {"ends", s.ends},
                       {"is_tried", s.is_tried},
                       {"fact", moshimo::report::fact(system_, s.fact)}});
    }
    return array;
  }

  Json row(const Component& c) const {
    return {{"name", c.name},
            {"type", c.type},
            {"parent", name_or_null(system_.components, c.parent)},
            {"is_principal", c.is_principal},
            {"rto_us", c.rto ? micro(*c.rto) : Json(nullptr)},
            {"rpo_us", c.rpo ? micro(*c.rpo) : Json(nullptr)}};
  }

  Json row(const Condition& c) const {
    const ConditionId id = system_.conditions.id_of(c);
    return {{"name", name_of(system_, id)},
            {"says", says(system_, id)},
            {"component", name_or_null(system_.components, c.component)},
            {"kind", text_of(c.kind)},
            {"error", name_of(c.error)},
            {"initially", c.initially},
            {"follows", needs(c.follows)},
            {"process", name_or_null(system_.processes, c.process)},
            {"falls_after", delay(c.falls_after)},
            {"rises", text_of(c.rises)},
            {"rises_after", delay(c.rises_after)},
            {"symptoms", symptoms(c.symptoms)},
            {"fact", moshimo::report::fact(system_, c.fact)}};
  }

  Json row(const Port& p) const {
    const PortId id = system_.ports.id_of(p);
    return {{"name", name_of(system_, id)},
            {"says", says(system_, id)},
            {"component", name_or_null(system_.components, p.component)},
            {"needs", needs(p.needs)},
            {"process", name_or_null(system_.processes, p.process)},
            {"tells_people", p.tells_people},
            {"capacity_per_s", number(p.capacity.per_second())},
            {"fact", moshimo::report::fact(system_, p.fact)}};
  }

  Json row(const Store& s) const {
    return {{"name", s.name},
            {"says", s.says},
            {"component", name_or_null(system_.components, s.component)},
            {"holds_for_us", micro(s.holds_for)},
            {"capacity_bytes", number(s.capacity.count())},
            {"accepts", needs(s.accepts)},
            {"readable", needs(s.readable)},
            {"lost_with", names(s.lost_with)},
            {"emptied_by", names(s.emptied_by)},
            {"ordered", s.ordered},
            {"holds_data", s.holds_data},
            {"symptoms", symptoms(s.symptoms)},
            {"fact", moshimo::report::fact(system_, s.fact)}};
  }

  Json row(const Fallback& f) const {
    return {{"kind", text_of(f.kind)},
            {"says", f.says},
            {"store", name_or_null(system_.stores, f.store)},
            {"port", label_or_null(system_, f.port)},
            {"schedule", schedule(f.schedule)},
            {"limit_us", micro(place_limit(system_, f))},
            {"own_limit_us", micro(f.limit)},
            {"age", f.age == Fallback::Age::since_arrival ? "since_arrival" : "since_entry"},
            {"capacity_bytes", number(f.capacity.count())},
            {"overflow", text_of(f.overflow)},
            {"accepts", needs(f.accepts)},
            {"release", label_or_null(system_, f.release)},
            {"misdirects", f.misdirects},
            {"fact", moshimo::report::fact(system_, f.fact)}};
  }

  Json watch(const Hop& h) const {
    if (!h.watch) return nullptr;
    Json of = Json::array();
    for (const ComponentId c : h.watch->of) of.push_back(name_or_null(system_.components, c));
    Json rule = Json::array();
    for (const Watch::Rule& r : h.watch->rule) {
      rule.push_back({{"kind", text_of(r.kind)}, {"of", name_or_null(system_.components, r.of)}});
    }
    return {{"for", text_of(h.watch->what)},
            {"of", std::move(of)},
            {"words", h.watch->words},
            {"hears_silence", h.watch->hears_silence},
            {"counts_arrivals", h.watch->counts_arrivals},
            {"outcome", text_of(h.watch->outcome)},
            {"place", h.watch->place},
            {"amount", text_of(h.watch->amount)},
            {"threshold", h.watch->threshold},
            {"period_us", micro(h.watch->period)},
            {"rule", std::move(rule)},
            {"takes_us", micro(h.watch->takes)}};
  }

  Json row(const Hop& h) const {
    Json profile = Json::array();
    for (const ProfileStep& s : h.profile.steps) {
      profile.push_back({{"offset_us", micro(s.offset)}, {"rate_per_s", number(s.rate.per_second())}});
    }
    Json fallbacks = Json::array();
    for (const Fallback& f : h.fallbacks) fallbacks.push_back(row(f));
    Json when = Json::object();
    for (std::size_t i = 0; i < error_class_count; ++i) {
      const Reaction& r = h.when[i];
      when[std::string(name_of(static_cast<ErrorClass>(i)))] = {{"fallbacks", r.fallbacks},
                                                                {"pause", delay(r.pause)},
                                                                {"symptoms", symptoms(r.symptoms)},
                                                                {"fact", moshimo::report::fact(system_, r.fact)}};
    }
    Json reasons = Json::array();
    for (const Hop::Reason& r : h.reasons) {
      reasons.push_back(
          {{"error", name_of(r.error)}, {"fallback", r.fallback}, {"fact", moshimo::report::fact(system_, r.fact)}});
    }
    return {{"name", h.name},
            {"says", h.says},
            {"component", name_or_null(system_.components, h.component)},
            {"source", text_of(h.source)},
            {"from", label_or_null(system_, h.from)},
            {"profile", {{"steps", std::move(profile)}, {"period_us", micro(h.profile.period)}}},
            {"every_us", micro(h.every)},
            {"first_us", micro(h.first)},
            {"signal", label_or_null(system_, h.signal)},
            {"ratio", number(h.ratio)},
            {"size_bytes", number(h.size.count())},
            {"to", label_or_null(system_, h.to)},
            {"needs", needs(h.needs)},
            {"fallbacks", std::move(fallbacks)},
            {"when", std::move(when)},
            {"drain_per_s", h.drain ? number(h.drain->per_second()) : Json(nullptr)},
            {"ordered", h.ordered},
            {"reasons", std::move(reasons)},
            {"watch", watch(h)},
            {"fact", moshimo::report::fact(system_, h.fact)}};
  }

  Json row(const Process& p) const {
    return {{"name", p.name},
            {"says", p.says},
            {"component", name_or_null(system_.components, p.component)},
            {"count", p.count},
            {"lifetime_us", micro(p.lifetime)},
            {"start", needs(p.start)},
            {"run", needs(p.run)},
            {"healthy", needs(p.healthy)},
            {"start_time_us", micro(p.start_time)},
            {"ends_when_unhealthy_for_us", micro(p.ends_when_unhealthy_for)},
            {"restarts", p.restarts},
            {"restart", schedule(p.restart)},
            {"staffed", label_or_null(system_, p.staffed)},
            {"symptoms_start", symptoms(p.symptoms_start)},
            {"symptoms_run", symptoms(p.symptoms_run)},
            {"symptoms_healthy", symptoms(p.symptoms_healthy)},
            {"fact", moshimo::report::fact(system_, p.fact)}};
  }

  Json row(const Repair& r) const {
    const RepairId id = system_.repairs.id_of(r);
    const RepairText words = text_of(system_, id);
    Json sets = Json::array();
    for (const Repair::Setting& s : r.sets) {
      sets.push_back({{"store", system_.stores[s.store].name}, {"holds_for_us", micro(s.holds_for)}});
    }
    return {{"name", name_of(system_, id)},
            {"title", words.title},
            {"component", name_or_null(system_.components, r.component)},
            {"restores", names(r.restores)},
            {"breaks", names(r.breaks)},
            {"refreshes", names(r.refreshes)},
            {"restarts", name_or_null(system_.processes, r.restarts)},
            {"sets", std::move(sets)},
            {"sets_after", delay(r.sets.empty() ? Delay{} : r.sets[0].after)},
            {"requires", needs(r.requirements)},
            {"rate_per_s", r.rate ? number(r.rate->per_second()) : Json(nullptr)},
            {"takes_us", micro(r.takes)},
            {"who", words.who},
            {"by_apply", r.by_apply},
            {"only_by_apply", r.only_by_apply},
            {"commands", words.commands},
            {"verify", words.verify},
            {"fact", moshimo::report::fact(system_, r.fact)},
            {"limits", moshimo::report::fact(system_, r.limits)}};
  }

  Json row(const Action& a) const {
    Json cascade = Json::array();
    for (const ActionId c : a.cascade) cascade.push_back(system_.actions[c].name);
    return {{"name", a.name},
            {"component", name_or_null(system_.components, a.component)},
            {"breaks", names(a.breaks)},
            {"restores", names(a.restores)},
            {"needs", needs(a.needs)},
            {"cascade", std::move(cascade)},
            {"seen_as", a.seen_as},
            {"place", a.place},
            {"fact", moshimo::report::fact(system_, a.fact)}};
  }

  const System& system_;
};

}  // namespace

std::string inspect_json(const scenarios::Answer& answer, const Style& style) {
  Json json = heading(answer, style, "inspect");
  const SystemRows rows(answer.system());
  json["system"] = rows.all();
  json["entry_points"] = Json::array();
  for (const models::EntryPoint& e : answer.compiled->entry_points) {
    json["entry_points"].push_back(
        {{"port", label_or_null(answer.system(), e.port)}, {"hop", name_or_null(answer.system().hops, e.hop)}});
  }
  json["runs"] = Json::array();
  for (const scenarios::StrategyRun& run : answer.runs) {
    json["runs"].push_back({{"strategy", name_of(run.response.strategy)},
                            {"script", rows.script(run.response.script)},
                            {"timeline", rows.timeline(run.response.outcome)},
                            {"ledger", ledgers(answer.system(), run.response.outcome)}});
  }
  json["assumptions"] = assumptions(*answer.compiled);
  return printed(json);
}

}  // namespace moshimo::report
