#include "tests/unit/support/system_dump.hpp"

#include <array>
#include <fmt/format.h>

#include "input/cursor.hpp"

namespace moshimo {
namespace {

class Dump {
 public:
  explicit Dump(const System& system) : s_(system) {}

  std::string all() {
    for (const Component& c : s_.components) component(c);
    for (const Condition& c : s_.conditions) condition(c);
    for (const Process& p : s_.processes) process(p);
    for (const Port& p : s_.ports) port(p);
    for (const Store& store_row : s_.stores) store(store_row);
    for (const Hop& h : s_.hops) hop(h);
    for (const Repair& r : s_.repairs) repair(r);
    for (const Action& a : s_.actions) action(a);
    return out_;
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out_ += fmt::format(format, std::forward<Args>(args)...) + '\n';
  }

  std::string needs(const Needs& list) const {
    std::string out;
    for (const Need& n : list) {
      if (!out.empty()) out += ", ";
      out += name_of(s_, n.condition);
      for (const ConditionId a : n.alternatives) out += " | " + name_of(s_, a);
      out += fmt::format(" ({})", name_of(n.error));
    }
    return out.empty() ? "nothing" : out;
  }
  std::string fact(FactId id) const { return id.is_set() ? " [" + s_.facts[id].id + "]" : std::string(); }
  static std::string time(Duration d) { return input::to_text(d); }
  static std::string time(const Delay& d) {
    return d.least == d.most ? time(d.least) : time(d.least) + ".." + time(d.most);
  }
  static std::string schedule(const Schedule& phases) {
    std::string out;
    for (const Phase& p : phases) {
      if (!out.empty()) out += ", then ";
      out += p.attempts < 0 ? "for ever " : fmt::format("{} x ", p.attempts);
      out += time(p.gap);
      if (p.shape == Shape::linear) out += " linear to " + time(p.last);
      if (p.shape == Shape::exponential) out += " exponential to " + time(p.last);
    }
    return out;
  }
  std::string conditions(const std::vector<ConditionId>& list) const {
    std::string out;
    for (const ConditionId c : list) out += (out.empty() ? "" : ", ") + name_of(s_, c);
    return out;
  }
  void symptoms(const Symptoms& list) {
    for (const Symptom& s : list) line("{}", symptom(s));
  }

  void component(const Component& c) {
    line("component {}: {}{}{}{}{}", c.name, c.type, c.is_principal ? ", a principal" : "",
         c.parent.is_set() ? ", part of " + s_.components[c.parent].name : "", c.rto ? ", rto " + time(*c.rto) : "",
         c.rpo ? ", rpo " + time(*c.rpo) : "");
  }
  void condition(const Condition& c) {
    const ConditionId id = s_.conditions.id_of(c);
    line("condition {} ({}): {}{}", name_of(s_, id), name_of(c.error), says(s_, id), fact(c.fact));
    if (!c.initially) line("  false at the start");
    if (c.kind == Condition::Kind::staffed) line("  while workers of {} run", s_.processes[c.process].name);
    if (c.kind == Condition::Kind::derived) line("  follows {}", needs(c.follows));
    if (c.falls_after.most > Duration{}) line("  falls after {}", time(c.falls_after));
    if (c.kind == Condition::Kind::derived && c.process.is_set()) {
      line("  rises as workers of {} are replaced", s_.processes[c.process].name);
    }
    if (c.rises == Condition::Rises::by_repair) line("  rises by a repair only");
    if (c.rises == Condition::Rises::never) line("  never rises");
    if (c.rises == Condition::Rises::after_delay && c.rises_after.most > Duration{}) {
      line("  rises after {}", time(c.rises_after));
    }
    symptoms(c.symptoms);
  }
  void process(const Process& p) {
    line("process {}: {} x {}{}", p.name, p.count, time(p.lifetime), fact(p.fact));
    line("  start {}", needs(p.start));
    if (!p.run.empty()) line("  run {}", needs(p.run));
    if (!p.healthy.empty()) line("  healthy {}", needs(p.healthy));
    if (!p.healthy.empty()) line("  ends when unhealthy for {}", time(p.ends_when_unhealthy_for));
    line("  starts in {}, {}", time(p.start_time), !p.restarts ? "no restarts" : "restart " + schedule(p.restart));
    symptoms(p.symptoms_start);
    symptoms(p.symptoms_run);
    symptoms(p.symptoms_healthy);
  }
  void port(const Port& p) {
    const PortId id = s_.ports.id_of(p);
    line("port {}: {}{}", name_of(s_, id), says(s_, id), fact(p.fact));
    line("  needs {}", needs(p.needs));
    if (p.process.is_set()) line("  served by {}", s_.processes[p.process].name);
    if (!p.capacity.is_unlimited()) line("  capacity {}", input::to_text(p.capacity));
  }
  void store(const Store& st) {
    line("store {}: {}, holds for {}{}{}{}", st.name, st.says, time(st.holds_for), st.ordered ? ", ordered" : "",
         st.holds_data ? ", holds data" : "", fact(st.fact));
    line("  accepts {}", needs(st.accepts));
    line("  readable {}", needs(st.readable));
    if (!st.lost_with.empty()) line("  lost with {}", conditions(st.lost_with));
    if (!st.emptied_by.empty()) line("  emptied by {}", conditions(st.emptied_by));
  }
  std::string source(const Hop& h) const {
    switch (h.source) {
      case Hop::Source::port: return name_of(s_, h.from);
      case Hop::Source::work: return "work at " + name_of(s_, h.from) + profile(h.profile);
      case Hop::Source::profile: return "outside" + profile(h.profile);
      case Hop::Source::timetable: return fmt::format("a timetable every {}", time(h.every));
      case Hop::Source::signal: return "the fall of " + name_of(s_, h.signal);
      case Hop::Source::sign: return "a sign";
    }
    return "";
  }
  static std::string profile(const Profile& p) {
    std::string out;
    for (const ProfileStep& step : p.steps)
      out += fmt::format(", from {} {}", time(step.offset), input::to_text(step.rate));
    return out + (p.period.is_forever() ? "" : " every " + time(p.period));
  }
  void hop(const Hop& h) {
    line("hop {}: {}{}", h.name, h.says, fact(h.fact));
    line("  from {} to {}{}", source(h), h.to.is_set() ? name_of(s_, h.to) : "outside", h.ordered ? ", in order" : "");
    line("  ratio {}, {} B{}", h.ratio, h.size.count(), h.drain ? ", drains " + input::to_text(*h.drain) : "");
    line("  needs {}", needs(h.needs));
    for (std::size_t i = 0; i < h.fallbacks.size(); ++i) fallback(i, h.fallbacks[i]);
    std::array<std::string, error_class_count> reactions;
    for (std::size_t i = 0; i < error_class_count; ++i) reactions[i] = reaction(h.when[i]);
    for (std::size_t i = 0; i < error_class_count; ++i) {
      if (reactions[i].empty()) continue;
      std::string classes;
      for (std::size_t k = i; k < error_class_count; ++k) {
        if (reactions[k] != reactions[i]) continue;
        classes += (classes.empty() ? "" : ", ") + std::string(name_of(static_cast<ErrorClass>(k)));
        if (k != i) reactions[k].clear();
      }
      line("  when {}:{}", classes, reactions[i].substr(0, reactions[i].size() - 1));
    }
  }
  std::string reaction(const Reaction& r) const {
    if (r.fallbacks.empty() && r.symptoms.empty() && r.pause.most == Duration{}) return "";
    std::string out;
    for (const auto f : r.fallbacks) out += fmt::format(" {}", f);
    if (out.empty()) out = " lost";
    if (r.pause.most > Duration{}) out += ", pause " + time(r.pause);
    out += fact(r.fact) + '\n';
    for (const Symptom& s : r.symptoms) out += symptom(s) + '\n';
    return out;
  }
  std::string symptom(const Symptom& s) const {
    return fmt::format("  sees {} '{}'{}{}", name_of(s.kind), s.text,
                       s.after == Duration{} ? "" : " after " + time(s.after), fact(s.fact));
  }
  void fallback(std::size_t i, const Fallback& f) {
    std::string what;
    switch (f.kind) {
      case Fallback::Kind::store: what = "store " + s_.stores[f.store].name; break;
      case Fallback::Kind::retry: what = "retry " + schedule(f.schedule); break;
      case Fallback::Kind::buffer: what = fmt::format("buffer '{}' of {} B", f.says, f.capacity.count()); break;
      case Fallback::Kind::hand_on: what = "hand on to " + name_of(s_, f.port); break;
    }
    static constexpr std::string_view overflow[] = {"", ", overflow drops the newest", ", overflow drops the oldest",
                                                    ", overflow blocks"};
    line("  {}: {}, for {}{}{}{}{}", i, what, time(place_limit(s_, f)),
         f.age == Fallback::Age::since_entry ? " from entry" : "", overflow[static_cast<std::size_t>(f.overflow)],
         f.release.is_set() ? ", released by " + name_of(s_, f.release) : "", fact(f.fact));
    if (!f.accepts.empty()) line("     accepts {}", needs(f.accepts));
  }
  void repair(const Repair& r) {
    const RepairId id = s_.repairs.id_of(r);
    const RepairText words = text_of(s_, id);
    line("repair {}: {}{}", name_of(s_, id), words.title, fact(r.fact));
    line("  takes {}{}{}{}", time(r.takes),
         r.only_by_apply ? ", only by apply"
         : r.by_apply    ? ", by apply"
                         : "",
         words.who.empty() ? "" : ", by the " + words.who, r.rate ? ", at " + input::to_text(*r.rate) : "");
    for (const Repair::Setting& s : r.sets) {
      line("  sets {} to {}, in force after {}", s_.stores[s.store].name, time(s.holds_for), time(s.after.most));
    }
    if (!r.restores.empty()) line("  restores {}", conditions(r.restores));
    if (!r.breaks.empty()) line("  breaks {}", conditions(r.breaks));
    if (!r.refreshes.empty()) line("  refreshes {}", conditions(r.refreshes));
    if (r.restarts.is_set()) line("  restarts {}", s_.processes[r.restarts].name);
    if (!r.requirements.empty()) line("  requires {}", needs(r.requirements));
    for (const std::string& command : words.commands) line("  $ {}", command);
    if (!words.verify.empty()) line("  verify {}", words.verify);
  }
  void action(const Action& a) {
    line("action {}{}", a.name, fact(a.fact));
    if (!a.needs.empty()) line("  needs {}", needs(a.needs));
    if (!a.breaks.empty()) line("  breaks {}", conditions(a.breaks));
    if (!a.restores.empty()) line("  restores {}", conditions(a.restores));
    for (const ActionId next : a.cascade) line("  then {}", s_.actions[next].name);
  }

  const System& s_;
  std::string out_;
};

}  // namespace

std::string dump(const System& system) { return Dump(system).all(); }

std::string rows(const System& system, std::string_view start) {
  const std::string all = dump(system);
  std::string out;
  bool is_in = false;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    const std::string_view row = std::string_view(all).substr(at, end - at);
    if (row.substr(0, 1) != " ") is_in = row.substr(0, start.size()) == start;
    if (is_in) out += std::string(row) + '\n';
    at = end + 1;
  }
  return out;
}

}  // namespace moshimo
