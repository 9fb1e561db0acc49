#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "tests/unit/support/system_text.hpp"
#include "tests/unit/support/text_words.hpp"

namespace moshimo {
namespace {

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
    c.label = written(name, name + " holds");
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
      } else if (word == "renewed-with") {
        c.process = process_named(system_, words.take());
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
    staffed.label = written(name, name + " has a worker that runs");
    staffed.component = p.component;
    staffed.kind = Condition::Kind::staffed;
    staffed.process = ProcessId(system_.processes.size());
    p.staffed = system_.conditions.add(std::move(staffed));
    system_.processes.add(std::move(p));
  }

  void read_port(const std::string& name, Words& words) {
    Port p;
    p.label = written(name);
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
      } else if (word == "emptied-by") {
        for (const std::string& part : split(words.take(), ',')) s.emptied_by.push_back(condition_named(system_, part));
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
        here().says = name_of(system_, here().port);
      } else if (word == "store") {
        begin(Fallback::Kind::store);
        here().store = store_of(words, name);
        const Store& s = system_.stores[here().store];
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
        release.label = written(name + "/release");
        release.component = component_of(name);
        here().release = system_.repairs.add(std::move(release));
      } else if (word == "misdirects") {
        here().misdirects = true;
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

}  // namespace

System system_from(std::string_view text) { return SystemReader().read(text); }

}  // namespace moshimo
