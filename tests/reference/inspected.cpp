#include "tests/reference/inspected.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace moshimo::reference {
namespace {

using Json = nlohmann::json;

template <class Kind>
using Words = std::map<std::string, Kind>;

const Words<ErrorClass> error_classes = {{"denied", ErrorClass::denied},           {"key", ErrorClass::key},
                                         {"missing", ErrorClass::missing},         {"throttled", ErrorClass::throttled},
                                         {"unavailable", ErrorClass::unavailable}, {"unhealthy", ErrorClass::unhealthy},
                                         {"stalled", ErrorClass::stalled},         {"failed", ErrorClass::failed}};
const Words<Condition::Kind> condition_kinds = {
    {"free", Condition::Kind::free}, {"derived", Condition::Kind::derived}, {"staffed", Condition::Kind::staffed}};
const Words<Condition::Rises> ways_to_rise = {{"after_delay", Condition::Rises::after_delay},
                                              {"by_repair", Condition::Rises::by_repair},
                                              {"never", Condition::Rises::never}};
const Words<Hop::Source> sources = {{"port", Hop::Source::port},       {"work", Hop::Source::work},
                                    {"profile", Hop::Source::profile}, {"timetable", Hop::Source::timetable},
                                    {"signal", Hop::Source::signal},   {"sign", Hop::Source::sign}};
const Words<Fallback::Kind> fallback_kinds = {{"store", Fallback::Kind::store},
                                              {"retry", Fallback::Kind::retry},
                                              {"buffer", Fallback::Kind::buffer},
                                              {"hand_on", Fallback::Kind::hand_on}};
const Words<Fallback::Age> ages = {{"since_arrival", Fallback::Age::since_arrival},
                                   {"since_entry", Fallback::Age::since_entry}};
const Words<Overflow> overflows = {{"next", Overflow::next},
                                   {"drop_newest", Overflow::drop_newest},
                                   {"drop_oldest", Overflow::drop_oldest},
                                   {"block", Overflow::block}};
const Words<Shape> shapes = {
    {"constant", Shape::constant}, {"linear", Shape::linear}, {"exponential", Shape::exponential}};

Duration duration(const Json& us) {
  return us.is_null() ? Duration::forever() : Duration::microseconds(us.get<std::int64_t>());
}
SimTime moment(const Json& us) {
  return us.is_null() ? SimTime::never() : SimTime::microseconds(us.get<std::int64_t>());
}
Delay delay(const Json& d) { return {duration(d.at("least_us")), duration(d.at("most_us"))}; }
Rate rate(const Json& r) { return r.is_null() ? Rate::unlimited() : Rate::per_second(r.get<double>()); }
Bytes bytes(const Json& b) { return b.is_null() ? Bytes::unlimited() : Bytes::count(b.get<double>()); }

Schedule schedule(const Json& list) {
  Schedule phases;
  for (const Json& p : list) {
    phases.push_back({p.at("attempts").get<std::int64_t>(), duration(p.at("gap_us")), duration(p.at("last_us")),
                      shapes.at(p.at("shape"))});
  }
  return phases;
}

// Rows by name, in the order in which they are written.
template <class Row>
class Names {
 public:
  explicit Names(const Json& table) {
    for (const Json& row : table) {
      const std::string name = row.at("name");
      if (!ids_.emplace(name, Id<Row>(ids_.size())).second) throw std::runtime_error("two rows are named " + name);
    }
  }
  Id<Row> operator()(const Json& name) const { return name.is_null() ? Id<Row>{} : ids_.at(name.get<std::string>()); }

 private:
  std::map<std::string, Id<Row>> ids_;
};

class Reader {
 public:
  explicit Reader(const Json& system)
      : tables_(system),
        condition_(system.at("conditions")),
        port_(system.at("ports")),
        store_(system.at("stores")),
        hop_(system.at("hops")),
        process_(system.at("processes")),
        repair_(system.at("repairs")) {}

  System system() const {
    System s;
    for (const Json& row : tables_.at("conditions")) s.conditions.add(condition(row));
    for (const Json& row : tables_.at("ports")) {
      Port p;
      p.label = written(row.at("name"));
      p.needs = needs(row.at("needs"));
      p.process = process_(row.at("process"));
      p.capacity = rate(row.at("capacity_per_s"));
      s.ports.add(std::move(p));
    }
    for (const Json& row : tables_.at("stores")) {
      Store store;
      store.name = row.at("name");
      store.holds_for = duration(row.at("holds_for_us"));
      store.capacity = bytes(row.at("capacity_bytes"));
      store.accepts = needs(row.at("accepts"));
      store.readable = needs(row.at("readable"));
      for (const Json& c : row.at("lost_with")) store.lost_with.push_back(condition_(c));
      for (const Json& c : row.at("emptied_by")) store.emptied_by.push_back(condition_(c));
      store.ordered = row.at("ordered");
      store.holds_data = row.at("holds_data");
      s.stores.add(std::move(store));
    }
    for (const Json& row : tables_.at("hops")) s.hops.add(hop(row));
    for (const Json& row : tables_.at("processes")) s.processes.add(process(row));
    for (const Json& row : tables_.at("repairs")) {
      Repair r;
      r.label = written(row.at("name"));
      s.repairs.add(std::move(r));
    }
    return s;
  }

  InspectedRun run(const Json& row) const {
    InspectedRun r;
    r.strategy = row.at("strategy");
    const Json& script = row.at("script");
    for (const Json& c : script.at("changes")) {
      r.script.changes.push_back({moment(c.at("at_us")), condition_(c.at("condition")), c.at("to").get<bool>()});
    }
    for (const Json& x : script.at("restarts")) {
      r.script.restarts.push_back({moment(x.at("at_us")), process_(x.at("process"))});
    }
    for (const Json& x : script.at("releases")) {
      r.script.releases.push_back(
          {moment(x.at("at_us")), hop_(x.at("hop")), x.at("fallback").get<std::uint8_t>(), rate(x.at("rate_per_s"))});
    }
    for (const Json& x : script.at("settings")) {
      r.script.settings.push_back({moment(x.at("at_us")), store_(x.at("store")), duration(x.at("holds_for_us"))});
    }
    const Json& timeline = row.at("timeline");
    r.horizon = moment(timeline.at("horizon_us"));
    r.conditions.resize(tables_.at("conditions").size());
    for (const auto& [name, changes] : timeline.at("conditions").items()) {
      for (const Json& c : changes) {
        r.conditions[condition_(name).value].push_back({moment(c.at("at_us")), c.at("holds").get<bool>()});
      }
    }
    r.ledger = ledgers(row.at("ledger"));
    return r;
  }

  static std::vector<HopLedger> ledgers(const Json& list) {
    std::vector<HopLedger> all;
    for (const Json& row : list) {
      HopLedger l;
      l.offered = row.at("offered");
      l.on_time = row.at("on_time");
      l.late = row.at("late");
      l.recovered = row.at("recovered");
      l.waiting = row.at("waiting");
      l.misdirected = row.at("misdirected");
      l.handed_on = row.at("handed_on");
      l.lost = row.at("lost");
      all.push_back(std::move(l));
    }
    return all;
  }

 private:
  Needs needs(const Json& list) const {
    Needs all;
    for (const Json& row : list) {
      Need n;
      n.error = error_classes.at(row.at("error"));
      for (const Json& c : row.at("any_of")) {
        if (!n.condition.is_set()) {
          n.condition = condition_(c);
        } else {
          n.alternatives.push_back(condition_(c));
        }
      }
      all.push_back(std::move(n));
    }
    return all;
  }

  Condition condition(const Json& row) const {
    Condition c;
    c.label = written(row.at("name"));
    c.kind = condition_kinds.at(row.at("kind"));
    c.error = error_classes.at(row.at("error"));
    c.initially = row.at("initially");
    c.follows = needs(row.at("follows"));
    c.process = process_(row.at("process"));
    c.falls_after = delay(row.at("falls_after"));
    c.rises = ways_to_rise.at(row.at("rises"));
    c.rises_after = delay(row.at("rises_after"));
    return c;
  }

  Fallback fallback(const Json& row) const {
    Fallback f;
    f.kind = fallback_kinds.at(row.at("kind"));
    f.store = store_(row.at("store"));
    f.port = port_(row.at("port"));
    f.schedule = schedule(row.at("schedule"));
    f.limit = duration(row.at("own_limit_us"));
    f.age = ages.at(row.at("age"));
    f.capacity = bytes(row.at("capacity_bytes"));
    f.overflow = overflows.at(row.at("overflow"));
    f.accepts = needs(row.at("accepts"));
    f.release = repair_(row.at("release"));
    f.misdirects = row.at("misdirects");
    return f;
  }

  Hop hop(const Json& row) const {
    Hop h;
    h.name = row.at("name");
    h.source = sources.at(row.at("source"));
    h.from = port_(row.at("from"));
    for (const Json& step : row.at("profile").at("steps")) {
      h.profile.steps.push_back({duration(step.at("offset_us")), rate(step.at("rate_per_s"))});
    }
    h.profile.period = duration(row.at("profile").at("period_us"));
    h.every = duration(row.at("every_us"));
    h.first = duration(row.at("first_us"));
    h.signal = condition_(row.at("signal"));
    h.ratio = row.at("ratio");
    h.size = bytes(row.at("size_bytes"));
    h.to = port_(row.at("to"));
    h.needs = needs(row.at("needs"));
    for (const Json& f : row.at("fallbacks")) h.fallbacks.push_back(fallback(f));
    for (const auto& [name, reaction] : row.at("when").items()) {
      Reaction& r = h.when[static_cast<std::size_t>(error_classes.at(name))];
      r.fallbacks = reaction.at("fallbacks").get<std::vector<std::uint8_t>>();
      r.pause = delay(reaction.at("pause"));
    }
    if (!row.at("drain_per_s").is_null()) h.drain = rate(row.at("drain_per_s"));
    h.ordered = row.at("ordered");
    return h;
  }

  Process process(const Json& row) const {
    Process p;
    p.name = row.at("name");
    p.count = row.at("count");
    p.lifetime = duration(row.at("lifetime_us"));
    p.start = needs(row.at("start"));
    p.run = needs(row.at("run"));
    p.healthy = needs(row.at("healthy"));
    p.start_time = duration(row.at("start_time_us"));
    p.ends_when_unhealthy_for = duration(row.at("ends_when_unhealthy_for_us"));
    p.restarts = row.at("restarts");
    p.restart = schedule(row.at("restart"));
    p.staffed = condition_(row.at("staffed"));
    return p;
  }

  const Json& tables_;
  Names<Condition> condition_;
  Names<Port> port_;
  Names<Store> store_;
  Names<Hop> hop_;
  Names<Process> process_;
  Names<Repair> repair_;
};

}  // namespace

Inspected read_inspected(const std::string& json) {
  const Json all = Json::parse(json);
  const Reader reader(all.at("system"));
  Inspected inspected;
  inspected.system = reader.system();
  for (const Json& run : all.at("runs")) inspected.runs.push_back(reader.run(run));
  return inspected;
}

std::vector<HopLedger> read_ledgers(const std::string& json, const std::string& strategy) {
  const Json all = Json::parse(json);
  for (const Json& run : all.at("runs")) {
    if (run.at("strategy") == strategy) return Reader::ledgers(run.at("ledger"));
  }
  throw std::runtime_error("there is no run with the strategy " + strategy);
}

}  // namespace moshimo::reference
