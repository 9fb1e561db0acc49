#include "tests/unit/support/system_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>
#include <vector>

namespace moshimo {
namespace {

constexpr std::array<std::string_view, error_class_count> class_names = {
    "denied", "key", "missing", "throttled", "unavailable", "unhealthy", "stalled", "failed"};

template <class Row>
Id<Row> find_row(const Table<Row>& table, std::string_view name, std::string_view kind) {
  std::size_t i = 0;
  for (const Row& row : table) {
    if (row.name == name) return Id<Row>(i);
    ++i;
  }
  throw std::runtime_error(fmt::format("there is no {} named '{}'", kind, name));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool starts_with_digit(std::string_view word) {
  return !word.empty() && std::isdigit(static_cast<unsigned char>(word.front()));
}

double number_from(std::string_view word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) {
    throw std::runtime_error(fmt::format("'{}' is not a number", word));
  }
  return value;
}

double seconds_of(std::string_view unit) {
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return 86400;
  throw std::runtime_error(fmt::format("'{}' is not a unit of time", unit));
}

Duration duration_from(std::string_view word) {
  if (word == "forever") return Duration::forever();
  if (!starts_with_digit(word)) throw std::runtime_error(fmt::format("'{}' is not a duration", word));
  Duration sum;
  while (!word.empty()) {
    const auto digits = std::min(word.find_first_not_of("0123456789."), word.size());
    const auto unit = std::min(word.find_first_of("0123456789.", digits), word.size());
    sum += Duration::seconds(number_from(word.substr(0, digits)) * seconds_of(word.substr(digits, unit - digits)));
    word.remove_prefix(unit);
  }
  return sum;
}

Delay delay_from(std::string_view word) {
  const auto dots = word.find("..");
  if (dots == std::string_view::npos) return Delay::exactly(duration_from(word));
  return {duration_from(word.substr(0, dots)), duration_from(word.substr(dots + 2))};
}

Rate rate_from(std::string_view word) {
  if (word == "unlimited") return Rate::unlimited();
  const auto slash = word.find('/');
  if (slash == std::string_view::npos) throw std::runtime_error(fmt::format("'{}' is not a rate such as 5/s", word));
  return Rate::per_second(number_from(word.substr(0, slash)) / seconds_of(word.substr(slash + 1)));
}

ErrorClass class_from(std::string_view word) {
  const auto found = std::find(class_names.begin(), class_names.end(), word);
  if (found == class_names.end()) throw std::runtime_error(fmt::format("'{}' is not an error class", word));
  return static_cast<ErrorClass>(found - class_names.begin());
}

ClassSet classes_from(std::string_view word) {
  ClassSet set;
  for (const std::string& part : split(word, ',')) set.add(class_from(part));
  return set;
}

// The words of one row, taken from the front.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {}
  bool more() const { return next_ < words_.size(); }
  std::string_view peek() const { return more() ? std::string_view(words_[next_]) : std::string_view(); }
  std::string_view take() {
    if (!more()) throw std::runtime_error("the line ends too early");
    return words_[next_++];
  }
  bool take_if(std::string_view word) {
    if (peek() != word) return false;
    ++next_;
    return true;
  }

 private:
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

std::vector<Words> rows_from(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  for (std::string line : split(text, '\n')) {
    line = line.substr(0, line.find('#'));
    const bool continues = !line.empty() && std::isspace(static_cast<unsigned char>(line.front()));
    std::vector<std::string> words;
    for (const std::string& part : split(line, ' ')) {
      if (!part.empty()) words.push_back(part);
    }
    if (words.empty()) continue;
    if (continues && !rows.empty()) {
      rows.back().insert(rows.back().end(), words.begin(), words.end());
    } else {
      rows.push_back(std::move(words));
    }
  }
  return {rows.begin(), rows.end()};
}

Schedule schedule_from(Words& words) {
  Schedule schedule;
  do {
    Phase phase;
    std::string word(words.take());
    if (words.take_if("x")) {
      phase.attempts = static_cast<std::int64_t>(number_from(word));
      word = words.take();
    }
    if (word == "linear" || word == "exponential") {
      phase.shape = word == "linear" ? Shape::linear : Shape::exponential;
      word = words.take();
    }
    const Delay bounds = delay_from(word);
    phase.gap = bounds.least;
    phase.last = bounds.most;
    schedule.push_back(phase);
  } while (words.take_if("then"));
  return schedule;
}

Profile profile_from(Words& words) {
  Profile profile;
  profile.steps.push_back({Duration{}, rate_from(words.take())});
  while (starts_with_digit(words.peek())) {
    const std::vector<std::string> parts = split(words.take(), ':');
    if (parts.size() != 2) throw std::runtime_error("a step of a profile reads like 2h:5/s");
    profile.steps.push_back({duration_from(parts[0]), rate_from(parts[1])});
  }
  if (words.take_if("every")) profile.period = duration_from(words.take());
  return profile;
}

void append(Needs& needs, const Needs& more) { needs.insert(needs.end(), more.begin(), more.end()); }

class SystemReader {
 public:
  System read(std::string_view text) {
    for (Words& words : rows_from(text)) {
      const std::string kind(words.take());
      const std::string name(words.take());
      try {
        read_row(kind, name, words);
      } catch (const std::runtime_error& e) {
        throw std::runtime_error(fmt::format("{} {}: {}", kind, name, e.what()));
      }
    }
    return std::move(system_);
  }

 private:
  void read_row(std::string_view kind, const std::string& name, Words& words) {
    if (kind == "condition") return read_condition(name, words);
    if (kind == "process") return read_process(name, words);
    if (kind == "port") return read_port(name, words);
    if (kind == "store") return read_store(name, words);
    if (kind == "hop") return read_hop(name, words);
    throw std::runtime_error("a row begins with condition, process, port, store or hop");
  }

  // `queue` for `queue.in`, `queue/kept` and `queue`.
  ComponentId component_of(std::string_view name) {
    const std::string prefix(name.substr(0, name.find_first_of("./")));
    for (std::size_t i = 0; i < system_.components.size(); ++i) {
      if (system_.components[ComponentId(i)].name == prefix) return ComponentId(i);
    }
    Component component;
    component.name = prefix;
    return system_.components.add(std::move(component));
  }

  Needs needs_from(std::string_view word) const {
    Needs needs;
    for (const std::string& part : split(word, ',')) {
      const auto colon = part.find(':');
      Need need;
      for (const std::string& name : split(std::string_view(part).substr(0, colon), '|')) {
        const ConditionId id = condition_named(system_, name);
        if (need.condition.is_set()) {
          need.alternatives.push_back(id);
        } else {
          need.condition = id;
        }
      }
      need.error = colon == std::string::npos ? system_.conditions[need.condition].error
                                              : class_from(std::string_view(part).substr(colon + 1));
      needs.push_back(need);
    }
    return needs;
  }

  void read_condition(const std::string& name, Words& words) {
    Condition c;
    c.name = name;
    c.says = name + " holds";
    c.component = component_of(name);
    while (words.more()) {
      const std::string word(words.take());
      if (word == "false") {
        c.initially = false;
      } else if (word == "as") {
        c.error = class_from(words.take());
      } else if (word == "follows") {
        c.kind = Condition::Kind::derived;
        c.follows = needs_from(words.take());
      } else if (word == "falls") {
        c.falls_after = delay_from(words.take());
      } else if (word == "rises") {
        if (words.take_if("never")) {
          c.rises = Condition::Rises::never;
        } else if (words.take_if("repair")) {
          c.rises = Condition::Rises::by_repair;
          if (starts_with_digit(words.peek())) c.rises_after = delay_from(words.take());
        } else {
          c.rises_after = delay_from(words.take());
        }
      } else {
        throw std::runtime_error(fmt::format("'{}' says nothing about a condition", word));
      }
    }
    system_.conditions.add(std::move(c));
  }

  void read_process(const std::string& name, Words& words) {
    Process p;
    p.name = name;
    p.component = component_of(name);
    while (words.more()) {
      const std::string word(words.take());
      if (word == "count") {
        p.count = static_cast<std::uint32_t>(number_from(words.take()));
      } else if (word == "lifetime") {
        p.lifetime = duration_from(words.take());
      } else if (word == "start") {
        p.start = needs_from(words.take());
      } else if (word == "run") {
        p.run = needs_from(words.take());
      } else if (word == "healthy") {
        p.healthy = needs_from(words.take());
      } else if (word == "starts") {
        p.start_time = duration_from(words.take());
      } else if (word == "ends") {
        p.ends_when_unhealthy_for = duration_from(words.take());
      } else if (word == "restart") {
        p.restart = schedule_from(words);
      } else if (word == "once") {
        p.restarts = false;
      } else {
        throw std::runtime_error(fmt::format("'{}' says nothing about a process", word));
      }
    }
    Condition staffed;
    staffed.name = name;
    staffed.says = name + " has a worker that runs";
    staffed.component = p.component;
    staffed.kind = Condition::Kind::staffed;
    staffed.process = ProcessId(system_.processes.size());
    p.staffed = system_.conditions.add(std::move(staffed));
    system_.processes.add(std::move(p));
  }

  void read_port(const std::string& name, Words& words) {
    Port p;
    p.name = name;
    p.component = component_of(name);
    while (words.more()) {
      const std::string word(words.take());
      if (word == "capacity") {
        p.capacity = rate_from(words.take());
      } else if (word == "needs") {
        p.needs = needs_from(words.take());
      } else if (word == "by") {
        p.process = process_named(system_, words.take());
      } else {
        throw std::runtime_error(fmt::format("'{}' says nothing about a port", word));
      }
    }
    if (p.process.is_set()) {
      const Process& process = system_.processes[p.process];
      append(p.needs, process.run);
      p.needs.push_back({ErrorClass::unavailable, process.staffed, {}});
    }
    system_.ports.add(std::move(p));
  }

  void read_store(const std::string& name, Words& words) {
    Store s;
    s.name = name;
    s.component = component_of(name);
    while (words.more()) {
      const std::string word(words.take());
      if (word == "kept") {
        s.holds_for = duration_from(words.take());
      } else if (word == "accepts") {
        s.accepts = needs_from(words.take());
      } else if (word == "readable") {
        s.readable = needs_from(words.take());
      } else if (word == "lost-with") {
        for (const std::string& part : split(words.take(), ',')) s.lost_with.push_back(condition_named(system_, part));
      } else if (word == "ordered") {
        s.ordered = true;
      } else if (word == "at-rest") {
        s.holds_data = true;
      } else {
        throw std::runtime_error(fmt::format("'{}' says nothing about a store", word));
      }
    }
    system_.stores.add(std::move(s));
  }

  void read_source(Hop& h, Words& words) {
    if (words.take_if("timetable")) {
      h.source = Hop::Source::timetable;
      if (!words.take_if("every")) throw std::runtime_error("a timetable reads like: from timetable every 1h first 5m");
      h.every = duration_from(words.take());
      if (words.take_if("first")) h.first = duration_from(words.take());
    } else if (words.take_if("signal")) {
      h.source = Hop::Source::signal;
      h.signal = condition_named(system_, words.take());
    } else if (words.take_if("work")) {
      h.source = Hop::Source::work;
      h.profile = profile_from(words);
      if (!words.take_if("at")) throw std::runtime_error("work is done at a port: from work 5/s at PORT");
      h.from = port_named(system_, words.take());
    } else if (starts_with_digit(words.peek())) {
      h.source = Hop::Source::profile;
      h.profile = profile_from(words);
    } else {
      h.source = Hop::Source::port;
      h.from = port_named(system_, words.take());
    }
  }

  // What the words after a fallback or a pause refer to.
  struct Fate {
    ClassSet classes = ClassSet::all();
    double holds_events = -1;
  };

  void read_hop(const std::string& name, Words& words) {
    Hop h;
    h.name = name;
    std::vector<Fate> fates;
    Delay pause;
    ClassSet paused = ClassSet::all();
    bool about_pause = false;
    const auto here = [&]() -> Fallback& {
      if (h.fallbacks.empty()) throw std::runtime_error("this belongs after a fallback");
      return h.fallbacks.back();
    };
    const auto begin = [&](Fallback::Kind kind) {
      Fallback f;
      f.kind = kind;
      h.fallbacks.push_back(std::move(f));
      fates.emplace_back();
      about_pause = false;
    };
    while (words.more()) {
      const std::string word(words.take());
      if (word == "from") {
        read_source(h, words);
      } else if (word == "to") {
        const std::string_view port = words.take();
        if (port != "outside") h.to = port_named(system_, port);
      } else if (word == "needs") {
        h.needs = needs_from(words.take());
      } else if (word == "ratio") {
        h.ratio = number_from(words.take());
      } else if (word == "size") {
        h.size = Bytes::count(number_from(words.take()));
      } else if (word == "drain") {
        h.drain = rate_from(words.take());
      } else if (word == "ordered") {
        h.ordered = true;
      } else if (word == "pauses") {
        pause = delay_from(words.take());
        about_pause = true;
      } else if (word == "on") {
        const ClassSet classes = classes_from(words.take());
        if (about_pause) {
          paused = classes;
        } else if (fates.empty()) {
          throw std::runtime_error("'on' belongs after a fallback or a pause");
        } else {
          fates.back().classes = classes;
        }
      } else if (word == "retry") {
        begin(Fallback::Kind::retry);
        here().says = "retries";
        here().schedule = schedule_from(words);
      } else if (word == "buffer") {
        begin(Fallback::Kind::buffer);
        here().says = "a buffer";
      } else if (word == "hand-on") {
        begin(Fallback::Kind::hand_on);
        here().port = port_named(system_, words.take());
        append(here().accepts, system_.ports[here().port].needs);
        here().says = system_.ports[here().port].name;
      } else if (word == "store") {
        begin(Fallback::Kind::store);
        here().store = store_of(words, name);
        const Store& s = system_.stores[here().store];
        here().limit = s.holds_for;
        here().accepts = s.accepts;
        here().says = s.name;
      } else if (word == "limit" || word == "kept") {
        here().limit = std::min(here().limit, duration_from(words.take()));
      } else if (word == "since-entry") {
        here().age = Fallback::Age::since_entry;
      } else if (word == "holds") {
        here();
        fates.back().holds_events = number_from(words.take());
      } else if (word == "overflow") {
        here().overflow = overflow_from(words.take());
      } else if (word == "accepts") {
        Needs own = needs_from(words.take());
        append(own, here().accepts);
        here().accepts = std::move(own);
      } else if (word == "by-action") {
        Repair release;
        release.name = name + "/release";
        release.component = component_of(name);
        here().release = system_.repairs.add(std::move(release));
      } else {
        throw std::runtime_error(fmt::format("'{}' says nothing about a hop", word));
      }
    }
    for (std::size_t c = 0; c < error_class_count; ++c) {
      const auto error = static_cast<ErrorClass>(c);
      for (std::size_t i = 0; i < h.fallbacks.size(); ++i) {
        if (fates[i].classes.has(error)) h.when[c].fallbacks.push_back(static_cast<std::uint8_t>(i));
      }
      if (paused.has(error)) h.when[c].pause = pause;
    }
    for (std::size_t i = 0; i < h.fallbacks.size(); ++i) {
      if (fates[i].holds_events < 0) continue;
      h.fallbacks[i].capacity = Bytes::count(fates[i].holds_events * h.size.count());
    }
    h.component = h.from.is_set() ? system_.ports[h.from].component : component_of(name);
    if (h.to.is_set()) append(h.needs, system_.ports[h.to].needs);
    system_.hops.add(std::move(h));
  }

  // A store without a name is the hop's own.
  StoreId store_of(Words& words, const std::string& hop) {
    for (std::size_t i = 0; i < system_.stores.size(); ++i) {
      if (system_.stores[StoreId(i)].name == words.peek()) {
        words.take();
        return StoreId(i);
      }
    }
    Store s;
    s.name = hop + "/store";
    s.component = component_of(hop);
    return system_.stores.add(std::move(s));
  }

  static Overflow overflow_from(std::string_view word) {
    if (word == "next") return Overflow::next;
    if (word == "drop_newest") return Overflow::drop_newest;
    if (word == "drop_oldest") return Overflow::drop_oldest;
    if (word == "block") return Overflow::block;
    throw std::runtime_error(fmt::format("'{}' is not a way to overflow", word));
  }

  System system_;
};

// ---- the way back --------------------------------------------------------------------------------------------------

std::string text_of(Rate r) { return r.is_unlimited() ? "unlimited" : fmt::format("{}/s", r.per_second()); }

std::string text_of(Delay d) {
  return d.least == d.most ? text_of(d.least) : text_of(d.least) + ".." + text_of(d.most);
}

std::string text_of(const System& system, const Needs& needs, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const Need& need = needs[i];
    if (i != 0) text += ',';
    text += system.conditions[need.condition].name;
    for (const ConditionId other : need.alternatives) text += '|' + system.conditions[other].name;
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
  std::string line = "condition " + c.name;
  if (!c.initially) line += " false";
  if (c.error != ErrorClass::unavailable) line += fmt::format(" as {}", class_names[static_cast<std::size_t>(c.error)]);
  if (c.kind == Condition::Kind::derived) add_needs(line, "follows", system, c.follows);
  if (c.falls_after.most != Duration{}) line += " falls " + text_of(c.falls_after);
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
  std::string line = "port " + p.name;
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
    line += (i == 0 ? " lost-with " : ",") + system.conditions[s.lost_with[i]].name;
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
      line = "  hand-on " + system.ports[f.port].name;
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
    case Hop::Source::port: line += system.ports[h.from].name; break;
    case Hop::Source::work: line += "work " + text_of(h.profile) + " at " + system.ports[h.from].name; break;
    case Hop::Source::profile: line += text_of(h.profile); break;
    case Hop::Source::timetable: line += "timetable every " + text_of(h.every) + " first " + text_of(h.first); break;
    case Hop::Source::signal: line += "signal " + system.conditions[h.signal].name; break;
  }
  line += " to " + (h.to.is_set() ? system.ports[h.to].name : "outside");
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

System system_from(std::string_view text) { return SystemReader().read(text); }

Script script_from(const System& system, std::string_view text) {
  Script script;
  for (Words& words : rows_from(text)) {
    if (!words.take_if("at")) throw std::runtime_error("a line of a script begins with: at D");
    const SimTime at = SimTime::after_start(duration_from(words.take()));
    if (words.take_if("restart")) {
      script.restarts.push_back({at, process_named(system, words.take())});
    } else if (words.take_if("release")) {
      Script::Release release;
      release.at = at;
      release.hop = hop_named(system, words.take());
      release.fallback = static_cast<std::uint8_t>(number_from(words.take()));
      if (words.more()) release.rate = rate_from(words.take());
      script.releases.push_back(release);
    } else {
      const ConditionId condition = condition_named(system, words.take());
      const std::string_view verb = words.take();
      if (verb != "falls" && verb != "rises") throw std::runtime_error("a condition falls or rises");
      script.changes.push_back({at, condition, verb == "rises"});
    }
  }
  const auto by_time = [](const auto& a, const auto& b) { return a.at < b.at; };
  std::stable_sort(script.changes.begin(), script.changes.end(), by_time);
  std::stable_sort(script.restarts.begin(), script.restarts.end(), by_time);
  std::stable_sort(script.releases.begin(), script.releases.end(), by_time);
  return script;
}

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
    text += at(c.at) + system.conditions[c.condition].name + (c.to ? " rises\n" : " falls\n");
  }
  for (const Script::Restart& r : script.restarts)
    text += at(r.at) + "restart " + system.processes[r.process].name + '\n';
  for (const Script::Release& r : script.releases) {
    text += at(r.at) + fmt::format("release {} {} {}\n", system.hops[r.hop].name, r.fallback, text_of(r.rate));
  }
  return text;
}

ConditionId condition_named(const System& s, std::string_view name) {
  return find_row(s.conditions, name, "condition");
}
PortId port_named(const System& s, std::string_view name) { return find_row(s.ports, name, "port"); }
StoreId store_named(const System& s, std::string_view name) { return find_row(s.stores, name, "store"); }
HopId hop_named(const System& s, std::string_view name) { return find_row(s.hops, name, "hop"); }
ProcessId process_named(const System& s, std::string_view name) { return find_row(s.processes, name, "process"); }

}  // namespace moshimo
