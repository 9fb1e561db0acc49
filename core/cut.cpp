#include "core/cut.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/control.hpp"
#include "core/flow_plan.hpp"

namespace moshimo {
namespace {

template <class Visit>
void for_each_condition(const Needs& needs, const Visit& visit) {
  for (const Need& need : needs) {
    visit(need.condition);
    for (const ConditionId c : need.alternatives) visit(c);
  }
}

// Sentences and names of the part are those of the whole.
class TextsOfPart : public RowTexts {
 public:
  explicit TextsOfPart(const System& whole) : whole_(whole) {}
  Label label(ConditionId c) override {
    return {name_of(whole_, conditions[c.value]), says(whole_, conditions[c.value])};
  }
  Label label(PortId p) override { return {name_of(whole_, ports[p.value]), says(whole_, ports[p.value])}; }
  Label label(RepairId r) override { return {name_of(whole_, repairs[r.value]), ""}; }
  RepairText repair(RepairId r) override { return text_of(whole_, repairs[r.value]); }

  std::vector<ConditionId> conditions;
  std::vector<PortId> ports;
  std::vector<RepairId> repairs;

 private:
  const System& whole_;
};

// Rows that were marked, found again in order of their ids.
template <class Row>
class Marked {
 public:
  explicit Marked(std::size_t size) : place_(size, none) {}
  bool add(Id<Row> id) {
    if (place_[id.value] != none) return false;
    place_[id.value] = 0;
    ids_.push_back(id);
    return true;
  }
  bool has(Id<Row> id) const { return place_[id.value] != none; }
  void sort() {
    std::sort(ids_.begin(), ids_.end());
    for (std::uint32_t i = 0; i < ids_.size(); ++i) place_[ids_[i].value] = i;
  }
  Id<Row> in_part(Id<Row> id) const {
    return id.is_set() && place_[id.value] != none ? Id<Row>(place_[id.value]) : Id<Row>{};
  }
  const std::vector<Id<Row>>& ids() const { return ids_; }
  void clear() {
    for (const Id<Row> id : ids_) place_[id.value] = none;
    ids_.clear();
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  std::vector<std::uint32_t> place_;
  std::vector<Id<Row>> ids_;
};

}  // namespace

// Who uses what, over the whole system.
struct Cutter::Index {
  explicit Index(const System& system) : plan(system), control(system) {
    const std::size_t conditions = system.conditions.size();
    followers.reset(conditions);
    processes.reset(conditions);
    stores.reset(conditions);
    ports.reset(conditions);
    repairs.reset(conditions);
    stand_ins.reset(conditions);
    restarts.reset(system.processes.size());
    stoppers.reset(conditions);
    setters.reset(system.stores.size());
    users.reset(system.stores.size());
    const auto choices = [&](const Needs& needs) {
      for (const Need& need : needs) {
        if (need.alternatives.empty()) continue;
        std::vector<ConditionId> all = need.alternatives;
        all.push_back(need.condition);
        for (const ConditionId a : all) {
          for (const ConditionId b : all) {
            if (a != b && never_held(b)) stand_ins.add(a.value, b.value);
          }
        }
      }
    };
    for (std::uint32_t c = 0; c < conditions; ++c) {
      const Needs& follows = system.conditions[ConditionId(c)].follows;
      for_each_condition(follows, [&](ConditionId on) { followers.add(on.value, c); });
      choices(follows);
    }
    for (std::uint32_t p = 0; p < system.processes.size(); ++p) {
      const Process& row = system.processes[ProcessId(p)];
      for (const Needs* needs : {&row.start, &row.run, &row.healthy}) {
        for_each_condition(*needs, [&](ConditionId on) { processes.add(on.value, p); });
        choices(*needs);
      }
    }
    for (std::uint32_t p = 0; p < system.ports.size(); ++p) {
      for_each_condition(system.ports[PortId(p)].needs, [&](ConditionId on) { ports.add(on.value, p); });
    }
    for (std::uint32_t s = 0; s < system.stores.size(); ++s) {
      const Store& row = system.stores[StoreId(s)];
      for_each_condition(row.readable, [&](ConditionId on) { stores.add(on.value, s); });
      for (const ConditionId c : row.lost_with) stores.add(c.value, s);
      for (const ConditionId c : row.emptied_by) stores.add(c.value, s);
    }
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      const Hop& row = system.hops[HopId(h)];
      choices(row.needs);
      for (const Fallback& f : row.fallbacks) {
        if (f.store.is_set()) users.add(f.store.value, h);
      }
    }
    for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
      const Repair& row = system.repairs[RepairId(r)];
      for (const ConditionId c : row.restores) repairs.add(c.value, r);
      if (row.restarts.is_set()) restarts.add(row.restarts.value, r);
      for (const Repair::Setting& s : row.sets) setters.add(s.store.value, r);
      if (!row.restores.empty() || row.restarts.is_set()) continue;
      for (const ConditionId c : row.breaks) stoppers.add(c.value, r);
    }
    for (Adjacency* a :
         {&followers, &processes, &stores, &ports, &repairs, &stand_ins, &restarts, &setters, &users, &stoppers}) {
      a->finish();
    }
    find_islands(system);
  }

  bool never_held(ConditionId c) const { return !control.starting_value(c); }

  FlowPlan plan;
  ControlPlane control;                           // as at the start
  Adjacency followers, processes, stores, ports;  // condition -> derived conditions, processes, stores, ports
  Adjacency repairs;                              // condition -> repairs that restore it
  Adjacency stand_ins;                            // condition -> those that could take its place
  Adjacency restarts;                             // process -> repairs
  Adjacency stoppers;                             // condition -> repairs that only break it
  Adjacency setters, users;                       // store -> repairs that set its time, hops that use it
  std::vector<std::uint32_t> island_of_hop;
  Adjacency island_hops;

 private:
  // Hops between which data, or the want of room for it, can make itself felt. Where data ends for good, at a port that
  // takes everything and feeds nothing, those who bring it do not meet.
  void find_islands(const System& system) {
    std::vector<std::uint32_t> above(plan.hops + plan.ports);
    std::iota(above.begin(), above.end(), 0U);
    const auto find = [&](std::uint32_t x) {
      while (above[x] != x) x = above[x] = above[above[x]];
      return x;
    };
    const auto join = [&](std::uint32_t a, std::uint32_t b) {
      a = find(a);
      b = find(b);
      above[std::max(a, b)] = std::min(a, b);
    };
    std::vector<std::uint8_t> ends(plan.ports, 1);
    for (std::uint32_t h = 0; h < plan.hops; ++h) {
      const Hop& hop = system.hops[HopId(h)];
      if (hop.from.is_set()) ends[hop.from.value] = 0;
    }
    const auto join_port = [&](std::uint32_t h, PortId p) {
      if (ends[p.value] == 0 || plan.can_limit[p.value] != 0) join(h, plan.hops + p.value);
    };
    for (std::uint32_t h = 0; h < plan.hops; ++h) {
      const Hop& hop = system.hops[HopId(h)];
      if (hop.to.is_set()) join_port(h, hop.to);
      if (hop.from.is_set()) join_port(h, hop.from);
      for (const Fallback& f : hop.fallbacks) {
        if (f.kind == Fallback::Kind::hand_on) join_port(h, f.port);
      }
      if (!hop.component.is_set()) continue;
      for (const std::uint32_t other : plan.component_blockers.of(hop.component.value)) join(h, other);
      for (const std::uint32_t p : plan.component_ports.of(hop.component.value)) join(h, plan.hops + p);
    }
    island_of_hop.resize(plan.hops);
    island_hops.reset(plan.hops + plan.ports);
    for (std::uint32_t h = 0; h < plan.hops; ++h) {
      island_of_hop[h] = find(h);
      island_hops.add(island_of_hop[h], h);
    }
    island_hops.finish();
  }
};

// One cut under way. A row is *there* when something that is there refers to it, and *live* when it can change.
class Cutter::Marks {
 public:
  Marks(const System& system, const Index& index)
      : system_(system),
        index_(index),
        components_(system.components.size()),
        conditions_(system.conditions.size()),
        live_(system.conditions.size()),
        ports_(system.ports.size()),
        stores_(system.stores.size()),
        hops_(system.hops.size()),
        processes_(system.processes.size()),
        live_processes_(system.processes.size()),
        repairs_(system.repairs.size()),
        live_repairs_(system.repairs.size()),
        actions_(system.actions.size()) {}

  Cut cut(std::span<const ActionId> asked) {
    clear();
    for (const ActionId a : asked) add(a);
    while (!todo_.empty()) {
      const ConditionId c = todo_.back();
      todo_.pop_back();
      spread(c);
    }
    sort();
    return copy(asked);
  }

 private:
  void clear() {
    components_.clear();
    conditions_.clear();
    live_.clear();
    ports_.clear();
    stores_.clear();
    hops_.clear();
    processes_.clear();
    live_processes_.clear();
    repairs_.clear();
    live_repairs_.clear();
    actions_.clear();
    todo_.clear();
  }

  // ---- what is there
  void add(const Symptoms& symptoms) {
    for (const Symptom& s : symptoms) add(s.only_while);
  }
  void add(ComponentId c) {
    for (; c.is_set() && components_.add(c); c = system_.components[c].parent) {
    }
  }
  void add(const Needs& needs) {
    for_each_condition(needs, [this](ConditionId c) { add(c); });
  }
  void add(ConditionId first) {
    if (!conditions_.add(first)) return;
    std::vector<ConditionId> work = {first};
    while (!work.empty()) {
      const ConditionId c = work.back();
      work.pop_back();
      const Condition& row = system_.conditions[c];
      add(row.component);
      add(row.symptoms);
      for_each_condition(row.follows, [&](ConditionId on) {
        if (conditions_.add(on)) work.push_back(on);
      });
      if (row.process.is_set()) add(row.process);
      if (!index_.never_held(c)) continue;
      for (const std::uint32_t r : index_.repairs.of(c.value)) add(RepairId(r));  // whether it could be brought about
    }
  }
  void add(ProcessId p) {
    if (!processes_.add(p)) return;
    const Process& row = system_.processes[p];
    add(row.component);
    if (row.staffed.is_set()) add(row.staffed);
    for (const Needs* needs : {&row.start, &row.run, &row.healthy}) add(*needs);
    for (const Symptoms* s : {&row.symptoms_start, &row.symptoms_run, &row.symptoms_healthy}) add(*s);
  }
  void add(PortId p) {
    if (!ports_.add(p)) return;
    const Port& row = system_.ports[p];
    add(row.component);
    if (row.process.is_set()) add(row.process);
    add(row.needs);
  }
  void add(RepairId r) {
    if (!repairs_.add(r)) return;
    const Repair& row = system_.repairs[r];
    add(row.component);
    add(row.requirements);
  }
  void add(StoreId s) {
    if (!stores_.add(s)) return;
    const Store& row = system_.stores[s];
    add(row.component);
    add(row.accepts);
    add(row.readable);
    for (const ConditionId c : row.lost_with) add(c);
    for (const ConditionId c : row.emptied_by) add(c);
    add(row.symptoms);
    for (const std::uint32_t r : index_.setters.of(s.value)) enliven(RepairId(r));
  }
  void add(ActionId a) {
    if (!actions_.add(a)) return;
    const Action& row = system_.actions[a];
    add(row.component);
    add(row.needs);
    for (const ConditionId c : row.breaks) enliven(c);
    for (const ConditionId c : row.restores) enliven(c);
    for (const ActionId next : row.cascade) add(next);
  }
  void add(HopId h) {
    if (hops_.has(h)) return;
    for (const std::uint32_t other : index_.island_hops.of(index_.island_of_hop[h.value])) {
      if (hops_.add(HopId(other))) add_row(HopId(other));
    }
  }
  void add_row(HopId h) {
    const Hop& row = system_.hops[h];
    add(row.component);
    if (row.from.is_set()) add(row.from);
    if (row.to.is_set()) add(row.to);
    if (row.signal.is_set()) add(row.signal);
    add(row.needs);
    for (const Need& need : row.needs) {
      for (const std::uint32_t r : index_.stoppers.of(need.condition.value)) enliven(RepairId(r));
    }
    for (const Fallback& f : row.fallbacks) {
      if (f.store.is_set()) add(f.store);
      if (f.port.is_set()) add(f.port);
      add(f.accepts);
      for (const Need& need : f.accepts) {  // somebody may open it
        if (need.alternatives.empty() && index_.never_held(need.condition)) enliven(need.condition);
      }
      if (f.release.is_set()) enliven(f.release);
    }
    for (std::size_t error = 0; error < error_class_count; ++error) add(row.when[error].symptoms);
  }

  // ---- what can change
  void enliven(ConditionId c) {
    add(c);
    if (live_.add(c)) todo_.push_back(c);
  }
  void enliven(ProcessId p) {
    add(p);
    if (!live_processes_.add(p)) return;
    const Process& row = system_.processes[p];
    if (row.staffed.is_set()) enliven(row.staffed);
    for (const std::uint32_t h : index_.plan.process_watchers.of(p.value)) add(HopId(h));
    for (const std::uint32_t port : index_.plan.process_ports.of(p.value)) {
      add(PortId(port));
      for (const std::uint32_t h : index_.plan.into_port.of(port)) add(HopId(h));
    }
    for (const std::uint32_t r : index_.restarts.of(p.value)) enliven(RepairId(r));
  }
  void enliven(RepairId r) {
    add(r);
    if (!live_repairs_.add(r)) return;
    const Repair& row = system_.repairs[r];
    for (const ConditionId c : row.restores) enliven(c);
    for (const ConditionId c : row.breaks) enliven(c);
    for (const ConditionId c : row.refreshes) enliven(c);
    if (row.restarts.is_set()) enliven(row.restarts);
    for (const Repair::Setting& s : row.sets) {
      add(s.store);
      for (const std::uint32_t h : index_.users.of(s.store.value)) add(HopId(h));
    }
    for (const Need& need : row.requirements) {
      if (need.alternatives.empty() && index_.never_held(need.condition)) enliven(need.condition);
    }
  }

  void spread(ConditionId c) {
    const Condition& row = system_.conditions[c];
    for (const std::uint32_t d : index_.followers.of(c.value)) enliven(ConditionId(d));
    for (const std::uint32_t p : index_.processes.of(c.value)) enliven(ProcessId(p));
    if (row.process.is_set()) enliven(row.process);
    for (const std::uint32_t h : index_.plan.needed_by.of(c.value)) add(HopId(h));
    for (const std::uint32_t h : index_.plan.watchers.of(c.value)) add(HopId(h));
    for (const std::uint32_t h : index_.plan.signals.of(c.value)) add(HopId(h));
    for (const std::uint32_t p : index_.ports.of(c.value)) add(PortId(p));
    for (const std::uint32_t s : index_.stores.of(c.value)) add(StoreId(s));
    for (const std::uint32_t r : index_.repairs.of(c.value)) enliven(RepairId(r));
    if (!index_.never_held(c)) {
      for (const std::uint32_t other : index_.stand_ins.of(c.value)) enliven(ConditionId(other));
      return;
    }
    for (const Need& need : row.follows) {  // what would have to be brought about for it
      if (need.alternatives.empty() && index_.never_held(need.condition)) enliven(need.condition);
    }
  }

  // ---- the part itself
  void sort() {
    components_.sort();
    conditions_.sort();
    ports_.sort();
    stores_.sort();
    hops_.sort();
    processes_.sort();
    repairs_.sort();
    actions_.sort();
  }

  void renumber(ComponentId& id) const { id = components_.in_part(id); }
  void renumber(ConditionId& id) const { id = conditions_.in_part(id); }
  void renumber(PortId& id) const { id = ports_.in_part(id); }
  void renumber(StoreId& id) const { id = stores_.in_part(id); }
  void renumber(ProcessId& id) const { id = processes_.in_part(id); }
  void renumber(RepairId& id) const { id = repairs_.in_part(id); }
  void renumber(ActionId& id) const { id = actions_.in_part(id); }
  template <class Row>
  void renumber(std::vector<Id<Row>>& ids) const {
    for (Id<Row>& id : ids) renumber(id);
  }
  void renumber(Few<ConditionId>& ids) const {
    if (ids.empty()) return;
    std::vector<ConditionId> list = ids;
    renumber(list);
    ids = std::move(list);
  }
  void renumber(Needs& needs) const {
    for (Need& need : needs) {
      renumber(need.condition);
      renumber(need.alternatives);
    }
  }
  void renumber(Symptoms& symptoms) const {
    if (!mentions_conditions(symptoms)) return;
    std::vector<Symptom> list = symptoms;
    for (Symptom& s : list) renumber(s.only_while);
    symptoms = std::move(list);
  }
  void renumber(Reactions& reactions) const {
    for (std::size_t error = 0; error < error_class_count; ++error) {
      if (mentions_conditions(std::as_const(reactions)[error].symptoms)) renumber(reactions[error].symptoms);
    }
  }
  void renumber(std::shared_ptr<const Watch>& watch) const {
    if (!watch || watch->of.empty()) return;
    Watch here = *watch;
    renumber(here.of);
    std::erase_if(here.of, [](ComponentId c) { return !c.is_set(); });
    if (here.of.empty()) here.what = Watch::For::nothing;  // none of those it looks at is here
    watch = std::make_shared<const Watch>(std::move(here));
  }
  static bool mentions_conditions(const Symptoms& symptoms) {
    return std::any_of(symptoms.begin(), symptoms.end(), [](const Symptom& s) { return !s.only_while.empty(); });
  }

  template <class Row, class Renumber>
  static void copy_rows(const Table<Row>& whole, const Marked<Row>& marked, Table<Row>& part,
                        const Renumber& renumber) {
    part.reserve(marked.ids().size());
    for (const Id<Row> id : marked.ids()) renumber(part[part.add(whole[id])]);
  }

  Cut copy(std::span<const ActionId> asked) const {
    Cut cut;
    System& part = cut.system;
    copy_rows(system_.components, components_, part.components, [this](Component& row) { renumber(row.parent); });
    copy_rows(system_.conditions, conditions_, part.conditions, [this](Condition& row) {
      renumber(row.component);
      renumber(row.follows);
      renumber(row.process);
      renumber(row.symptoms);
    });
    copy_rows(system_.ports, ports_, part.ports, [this](Port& row) {
      renumber(row.component);
      renumber(row.process);
      renumber(row.needs);
    });
    copy_rows(system_.stores, stores_, part.stores, [this](Store& row) {
      renumber(row.component);
      renumber(row.accepts);
      renumber(row.readable);
      renumber(row.lost_with);
      renumber(row.emptied_by);
      renumber(row.symptoms);
    });
    copy_rows(system_.hops, hops_, part.hops, [this](Hop& row) {
      renumber(row.component);
      renumber(row.from);
      renumber(row.signal);
      renumber(row.to);
      renumber(row.needs);
      for (Fallback& f : row.fallbacks) {
        renumber(f.store);
        renumber(f.port);
        renumber(f.accepts);
        renumber(f.release);
      }
      renumber(row.when);
      renumber(row.watch);
    });
    copy_rows(system_.processes, processes_, part.processes, [this](Process& row) {
      renumber(row.component);
      for (Needs* needs : {&row.start, &row.run, &row.healthy}) renumber(*needs);
      renumber(row.staffed);
      for (Symptoms* s : {&row.symptoms_start, &row.symptoms_run, &row.symptoms_healthy}) renumber(*s);
    });
    copy_rows(system_.repairs, repairs_, part.repairs, [this](Repair& row) { renumber_repair(row); });
    copy_rows(system_.actions, actions_, part.actions, [this](Action& row) {
      renumber(row.component);
      renumber(row.breaks);
      renumber(row.restores);
      renumber(row.needs);
      renumber(row.cascade);
    });
    auto texts = std::make_shared<TextsOfPart>(system_);
    texts->conditions = conditions_.ids();
    texts->ports = ports_.ids();
    texts->repairs = repairs_.ids();
    part.texts = std::move(texts);
    for (const ActionId a : asked) cut.actions.push_back(actions_.in_part(a));
    cut.components = components_.ids();
    cut.conditions = conditions_.ids();
    cut.stores = stores_.ids();
    cut.hops = hops_.ids();
    return cut;
  }

  // Of a repair that nobody can come to do, only whether it could be done is asked.
  void renumber_repair(Repair& row) const {
    renumber(row.component);
    renumber(row.restores);
    std::erase_if(row.restores, [](ConditionId c) { return !c.is_set(); });
    Needs requirements = row.requirements.list();
    renumber(requirements);
    row.requirements = std::move(requirements);
    renumber(row.restarts);
    const auto keep_those_there = [this](const Few<ConditionId>& ids) {
      std::vector<ConditionId> list = ids;
      renumber(list);
      std::erase_if(list, [](ConditionId c) { return !c.is_set(); });
      return list;
    };
    row.breaks = keep_those_there(row.breaks);
    row.refreshes = keep_those_there(row.refreshes);
    std::vector<Repair::Setting> sets = row.sets;
    for (Repair::Setting& s : sets) renumber(s.store);
    std::erase_if(sets, [](const Repair::Setting& s) { return !s.store.is_set(); });
    row.sets = std::move(sets);
  }

  const System& system_;
  const Index& index_;
  Marked<Component> components_;
  Marked<Condition> conditions_, live_;
  Marked<Port> ports_;
  Marked<Store> stores_;
  Marked<Hop> hops_;
  Marked<Process> processes_, live_processes_;
  Marked<Repair> repairs_, live_repairs_;
  Marked<Action> actions_;
  std::vector<ConditionId> todo_;
};

Cutter::Cutter(const System& system)
    : system_(system), index_(std::make_unique<Index>(system)), marks_(std::make_unique<Marks>(system, *index_)) {}
Cutter::~Cutter() = default;

Cut Cutter::cut(std::span<const ActionId> actions) { return marks_->cut(actions); }

}  // namespace moshimo
