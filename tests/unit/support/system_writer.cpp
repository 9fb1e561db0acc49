#include <array>
#include <fmt/format.h>
#include <utility>

#include "tests/unit/support/system_text.hpp"
#include "tests/unit/support/text_words.hpp"

namespace moshimo {
namespace {

std::string text_of(Rate r) { return r.is_unlimited() ? "unlimited" : fmt::format("{}/s", r.per_second()); }

std::string text_of(Delay d) {
  return d.least == d.most ? text_of(d.least) : text_of(d.least) + ".." + text_of(d.most);
}

std::string text_of(const System& system, const Needs& needs, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const Need& need = needs[i];
    if (i != 0) text += ',';
    text += name_of(system, need.condition);
    for (const ConditionId other : need.alternatives) text += '|' + name_of(system, other);
    text += fmt::format(":{}", class_names[static_cast<std::size_t>(need.error)]);
  }
  return text;
}

void add_needs(std::string& line, std::string_view word, const System& system, const Needs& needs,
               std::size_t inherited = 0) {
  if (needs.size() <= inherited) return;
  line += fmt::format(" {} {}", word, text_of(system, needs, needs.size() - inherited));
}

std::string text_of(const Schedule& schedule) {
  std::string text;
  for (const Phase& phase : schedule) {
    if (!text.empty()) text += " then ";
    if (phase.attempts >= 0) text += fmt::format("{} x ", phase.attempts);
    if (phase.shape == Shape::constant) {
      text += text_of(phase.gap);
    } else {
      text += phase.shape == Shape::linear ? "linear " : "exponential ";
      text += text_of(phase.gap) + ".." + text_of(phase.last);
    }
  }
  return text;
}

std::string text_of(const Profile& profile) {
  std::string text = text_of(profile.steps.front().rate);
  for (std::size_t i = 1; i < profile.steps.size(); ++i) {
    text += fmt::format(" {}:{}", text_of(profile.steps[i].offset), text_of(profile.steps[i].rate));
  }
  if (!profile.period.is_forever()) text += " every " + text_of(profile.period);
  return text;
}

std::string text_of(const System& system, const Condition& c) {
  std::string line = "condition " + name_of(system, system.conditions.id_of(c));
  if (!c.initially) line += " false";
  if (c.error != ErrorClass::unavailable) line += fmt::format(" as {}", class_names[static_cast<std::size_t>(c.error)]);
  if (c.kind == Condition::Kind::derived) add_needs(line, "follows", system, c.follows);
  if (c.falls_after.most != Duration{}) line += " falls " + text_of(c.falls_after);
  if (c.kind == Condition::Kind::derived && c.process.is_set()) {
    line += " renewed-with " + system.processes[c.process].name;
  }
  switch (c.rises) {
    case Condition::Rises::after_delay:
      if (c.rises_after.most != Duration{}) line += " rises " + text_of(c.rises_after);
      break;
    case Condition::Rises::by_repair:
      line += " rises repair";
      if (c.rises_after.most != Duration{}) line += ' ' + text_of(c.rises_after);
      break;
    case Condition::Rises::never: line += " rises never"; break;
  }
  return line;
}

std::string text_of(const System& system, const Process& p) {
  std::string line = "process " + p.name;
  if (p.count != 1) line += fmt::format(" count {}", p.count);
  if (!p.lifetime.is_forever()) line += " lifetime " + text_of(p.lifetime);
  add_needs(line, "start", system, p.start);
  add_needs(line, "run", system, p.run);
  add_needs(line, "healthy", system, p.healthy);
  if (p.start_time != Duration{}) line += " starts " + text_of(p.start_time);
  if (!p.ends_when_unhealthy_for.is_forever()) line += " ends " + text_of(p.ends_when_unhealthy_for);
  if (!p.restart.empty()) line += " restart " + text_of(p.restart);
  if (!p.restarts) line += " once";
  return line;
}

std::string text_of(const System& system, const Port& p) {
  std::string line = "port " + name_of(system, system.ports.id_of(p));
  if (!p.capacity.is_unlimited()) line += " capacity " + text_of(p.capacity);
  const std::size_t inherited = p.process.is_set() ? system.processes[p.process].run.size() + 1 : 0;
  add_needs(line, "needs", system, p.needs, inherited);
  if (p.process.is_set()) line += " by " + system.processes[p.process].name;
  return line;
}

std::string text_of(const System& system, const Store& s) {
  std::string line = "store " + s.name;
  if (!s.holds_for.is_forever()) line += " kept " + text_of(s.holds_for);
  add_needs(line, "accepts", system, s.accepts);
  add_needs(line, "readable", system, s.readable);
  for (std::size_t i = 0; i < s.lost_with.size(); ++i) {
    line += (i == 0 ? " lost-with " : ",") + name_of(system, s.lost_with[i]);
  }
  for (std::size_t i = 0; i < s.emptied_by.size(); ++i) {
    line += (i == 0 ? " emptied-by " : ",") + name_of(system, s.emptied_by[i]);
  }
  if (s.ordered) line += " ordered";
  if (s.holds_data) line += " at-rest";
  return line;
}

std::string classes_text(ClassSet set) {
  std::string text;
  for (std::size_t c = 0; c < error_class_count; ++c) {
    if (!set.has(static_cast<ErrorClass>(c))) continue;
    if (!text.empty()) text += ',';
    text += class_names[c];
  }
  return text;
}

std::string text_of(const System& system, const Hop& h, std::size_t position) {
  const Fallback& f = h.fallbacks[position];
  std::string line;
  std::size_t inherited = 0;
  switch (f.kind) {
    case Fallback::Kind::store:
      line = "  store " + system.stores[f.store].name;
      inherited = system.stores[f.store].accepts.size();
      break;
    case Fallback::Kind::retry: line = "  retry " + text_of(f.schedule); break;
    case Fallback::Kind::buffer: line = "  buffer"; break;
    case Fallback::Kind::hand_on:
      line = "  hand-on " + name_of(system, f.port);
      inherited = system.ports[f.port].needs.size();
      break;
  }
  if (!f.limit.is_forever()) line += " limit " + text_of(f.limit);
  if (f.age == Fallback::Age::since_entry) line += " since-entry";
  if (!f.capacity.is_unlimited()) line += fmt::format(" holds {}", f.capacity.count() / h.size.count());
  switch (f.overflow) {
    case Overflow::next: break;
    case Overflow::drop_newest: line += " overflow drop_newest"; break;
    case Overflow::drop_oldest: line += " overflow drop_oldest"; break;
    case Overflow::block: line += " overflow block"; break;
  }
  add_needs(line, "accepts", system, f.accepts, inherited);
  if (f.release.is_set()) line += " by-action";
  if (f.misdirects) line += " misdirects";
  ClassSet classes;
  for (std::size_t c = 0; c < error_class_count; ++c) {
    for (const std::uint8_t i : h.when[c].fallbacks) {
      if (i == position) classes.add(static_cast<ErrorClass>(c));
    }
  }
  if (classes.bits != ClassSet::all().bits) line += " on " + classes_text(classes);
  return line;
}

std::string text_of(const System& system, const Hop& h) {
  std::string line = "hop " + h.name + " from ";
  switch (h.source) {
    case Hop::Source::port: line += name_of(system, h.from); break;
    case Hop::Source::work: line += "work " + text_of(h.profile) + " at " + name_of(system, h.from); break;
    case Hop::Source::profile: line += text_of(h.profile); break;
    case Hop::Source::timetable: line += "timetable every " + text_of(h.every) + " first " + text_of(h.first); break;
    case Hop::Source::signal: line += "signal " + name_of(system, h.signal); break;
    case Hop::Source::sign: line += "sign"; break;
  }
  line += " to " + (h.to.is_set() ? name_of(system, h.to) : "outside");
  add_needs(line, "needs", system, h.needs, h.to.is_set() ? system.ports[h.to].needs.size() : 0);
  if (h.ratio != 1) line += fmt::format(" ratio {}", h.ratio);
  if (h.size.count() != 1000) line += fmt::format(" size {}", h.size.count());
  if (h.drain) line += " drain " + text_of(*h.drain);
  if (h.ordered) line += " ordered";
  ClassSet paused;
  Delay pause;
  for (std::size_t c = 0; c < error_class_count; ++c) {
    if (h.when[c].pause.most == Duration{}) continue;
    paused.add(static_cast<ErrorClass>(c));
    pause = h.when[c].pause;
  }
  if (paused.bits != 0) line += " pauses " + text_of(pause) + " on " + classes_text(paused);
  for (std::size_t i = 0; i < h.fallbacks.size(); ++i) line += '\n' + text_of(system, h, i);
  return line;
}

}  // namespace

std::string text_of(Duration d) {
  if (d.is_forever()) return "forever";
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 6> units = {
      {{86'400'000'000, "d"}, {3'600'000'000, "h"}, {60'000'000, "m"}, {1'000'000, "s"}, {1'000, "ms"}, {1, "us"}}};
  std::int64_t rest = d.us();
  std::string text;
  for (const auto& unit : units) {
    if (rest >= unit.first) text += fmt::format("{}{}", rest / unit.first, unit.second);
    rest %= unit.first;
  }
  return text.empty() ? "0s" : text;
}

std::string text_of(const System& system) {
  std::string text;
  for (const Condition& c : system.conditions) {
    // A process declares its condition, and what follows that condition stands below the process.
    text += c.kind == Condition::Kind::staffed ? text_of(system, system.processes[c.process]) : text_of(system, c);
    text += '\n';
  }
  for (const Port& p : system.ports) text += text_of(system, p) + '\n';
  for (const Store& s : system.stores) text += text_of(system, s) + '\n';
  for (const Hop& h : system.hops) text += text_of(system, h) + '\n';
  return text;
}

std::string text_of(const System& system, const Script& script) {
  std::string text;
  const auto at = [](SimTime t) { return "at " + text_of(t.since_start()) + ' '; };
  for (const Script::Change& c : script.changes) {
    text += at(c.at) + name_of(system, c.condition) + (c.to ? " rises\n" : " falls\n");
  }
  for (const Script::Restart& r : script.restarts)
    text += at(r.at) + "restart " + system.processes[r.process].name + '\n';
  for (const Script::Release& r : script.releases) {
    text += at(r.at) + fmt::format("release {} {} {}\n", system.hops[r.hop].name, r.fallback, text_of(r.rate));
  }
  for (const Script::Setting& s : script.settings) {
    text += at(s.at) + fmt::format("set {} kept {}\n", system.stores[s.store].name, text_of(s.holds_for));
  }
  return text;
}

}  // namespace moshimo
