#include "models/compile_rows.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>

#include "input/cursor.hpp"
#include "models/command_line.hpp"

namespace moshimo::models {
namespace {

Scope of_component(Index c) { return Scope{c, nullptr, nullptr, nullptr}; }

std::string joined(std::string_view a, char between, std::string_view b) {
  std::string out;
  out.reserve(a.size() + 1 + b.size());
  out.append(a).push_back(between);
  return out.append(b);
}

// What every resource may have.
const Value* common_attribute(const Part& part, std::string_view key) {
  return part.parent == nothing && part.resource ? part.resource->attributes.find(key) : nullptr;
}

void check_yes_no(const Part& part, std::string_view key, input::Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 4> words = {"yes", "no", "true", "false"};
  const Value* value = common_attribute(part, key);
  if (!value) return;
  if (value->kind == Value::Kind::scalar && std::find(words.begin(), words.end(), value->text) != words.end()) return;
  diagnostics.error(value->at(), fmt::format("{} of '{}' must be yes or no, not {}", key, part.name, found(*value)));
}

// A duration an owner states for a component: `rto`, `rpo`.
std::optional<Duration> objective(const Part& part, std::string_view key, input::Diagnostics& diagnostics) {
  const Value* value = common_attribute(part, key);
  if (!value) return std::nullopt;
  const auto d = value->kind == Value::Kind::scalar ? input::parse_duration(value->text) : std::nullopt;
  if (!d) {
    diagnostics.error(value->at(),
                      fmt::format("{} of '{}' must be a duration, as in 15m, not {}", key, part.name, found(*value)));
  }
  return d;
}

}  // namespace

Compilation::Compilation(std::shared_ptr<const Inventory> inventory, const Catalogue& catalogue,
                         const CompileOptions& options, input::Diagnostics& diagnostics, System& system)
    : inventory_(std::move(inventory)),
      catalogue_(catalogue),
      options_(options),
      system_(&system),
      world_(*inventory_, catalogue, options.start, diagnostics) {
  needs_ = std::make_unique<NeedsWriter>(world_, system);
}

bool Compilation::check() {
  world_.check_all();
  for (const Part& part : world_.parts()) {
    objective(part, "rto", *world_.diagnostics);
    objective(part, "rpo", *world_.diagnostics);
    check_yes_no(part, "prevent_destroy", *world_.diagnostics);
  }
  for (const Traffic& t : inventory_->traffic) {
    if (t.to.empty()) continue;  // which has been said
    const Index c = world_.find(t.to);
    if (c == nothing) {
      if (world_.may_exist(t.to)) continue;
      world_.diagnostics->error(t.to_at, [&] {
        return fmt::format("there is no '{}' for traffic to reach{}", t.to, world_.unknown_name(t.to));
      });
      continue;
    }
    const Part& part = world_.part(c);
    const Member port = world_.member(c, t.via);
    if (port.kind == MemberKind::port) continue;
    std::vector<std::string_view> ports;
    for (const PortDef& p : part.type->ports) ports.push_back(p.name);
    std::string known;
    for (const std::string_view p : ports) known += fmt::format("{}{}", known.empty() ? "" : ", ", p);
    std::string said;
    if (t.via != "in") {
      said = fmt::format("'{}' ({}) has no port '{}'{}", part.name, part.type->name, t.via,
                         ports.empty() ? "; nothing can reach it" : fmt::format("; it has {}", known));
    } else {
      // The ports of a principal are for those who act as it, not for traffic.
      const bool takes_some = !ports.empty() && world_.member(c, "act").kind != MemberKind::port;
      said = fmt::format("'{}' ({}) takes no traffic{}", part.name, part.type->name,
                         takes_some ? fmt::format(" unless it says by which way, as in via: {}", ports.front()) : "");
    }
    world_.diagnostics->error(t.via_at, std::move(said));
  }
  if (!world_.diagnostics->has_errors()) object();
  return !world_.diagnostics->has_errors();
}

// What cannot be is a mistake of whoever wrote it. Where files say that it is there, they do not tell all of it.
void Compilation::object() {
  for (Index c = 0; c < world_.parts().size(); ++c) {
    const auto each = [&](const std::vector<ObjectionDef>& objections, const auto& make) {
      for (const ObjectionDef& o : objections) {
        if (!world_.holds(o.test, of_component(c))) continue;
        make(o, fmt::format("'{}': {}", world_.part(c).name, world_.sentence(o.says, of_component(c))));
      }
    };
    each(world_.part(c).type->impossible, [&](const ObjectionDef& o, const std::string& says) {
      if (inventory_->imported) {
        note(fmt::format("{}. It is taken as the files give it.", says), c);
      } else {
        world_.diagnostics->error(world_.where(c, o.where), says);
      }
    });
    each(world_.part(c).type->doubtful, [&](const ObjectionDef& o, const std::string& says) {
      note(fmt::format("{}.", says), c);
      if (!inventory_->imported) world_.diagnostics->warning(world_.where(c, o.where), says);
    });
  }
}

void Compilation::write_system(std::vector<EntryPoint>& entry_points) {
  assign_ids();
  read_documents();
  allow_outages();
  plan_hops();
  write_processes();  // before all that needs a worker
  write_conditions();
  write_ports();
  write_stores();
  write_repairs();
  write_hops();
  share_among_readers();
  cut_loops();
  attach_again();
  keep_changeable();
  write_traffic(entry_points);  // what a loop no longer feeds is where something comes in
  size_events();
  needs_->forget_callers();
  readers_ = {};  // of a large inventory it is large, too
}

void Compilation::use(System& system) {
  system_ = &system;
  needs_->use(system);
  if (permissions_) permissions_->use(system);
}

// ---- ids ------------------------------------------------------------------------------------------------------------

// Rows are large and many: their tables are made in one piece.
void Compilation::make_room() {
  System& s = *system_;
  std::size_t conditions = 0, ports = 0, stores = 0, processes = 0, repairs = 0;
  const auto count = [&](MemberKind kind, Index c, std::size_t members, std::size_t& sum) {
    for (std::size_t i = 0; i < members; ++i) sum += world_.exists(kind, c, static_cast<Index>(i)) ? 1 : 0;
  };
  for (Index c = 0; c < world_.parts().size(); ++c) {
    const TypeDef& type = *world_.part(c).type;
    count(MemberKind::condition, c, type.conditions.size(), conditions);
    count(MemberKind::port, c, type.ports.size(), ports);
    count(MemberKind::store, c, type.stores.size(), stores);
    count(MemberKind::process, c, type.processes.size(), processes);
    count(MemberKind::repair, c, type.repairs.size(), repairs);
  }
  s.components.reserve(world_.parts().size());
  s.conditions.reserve(conditions + processes + conditions / 50);  // some more stand in for several
  s.ports.reserve(ports);
  s.stores.reserve(stores);
  s.processes.reserve(processes);
  s.repairs.reserve(repairs);
}

void Compilation::assign_ids() {
  System& s = *system_;
  make_room();
  const auto& parts = world_.parts();
  const auto assign = [&](MemberKind kind, Index c, std::size_t count, auto& table) {
    for (std::size_t i = 0; i < count; ++i) {
      const Index index = static_cast<Index>(i);
      if (world_.exists(kind, c, index)) world_.set_id(kind, c, index, table.add().value);
    }
  };
  for (Index c = 0; c < parts.size(); ++c) {
    const Part& part = parts[c];
    const TypeDef& type = *part.type;
    Component row;
    row.name = part.name;
    row.type = type.name;
    if (part.parent != nothing) row.parent = ComponentId(part.parent);
    row.is_principal = type.find_port("act") || type.find_port("use");
    row.rto = objective(part, "rto", *world_.diagnostics);
    row.rpo = objective(part, "rpo", *world_.diagnostics);
    s.components.add(std::move(row));
    assign(MemberKind::condition, c, type.conditions.size(), s.conditions);
    assign(MemberKind::port, c, type.ports.size(), s.ports);
    assign(MemberKind::store, c, type.stores.size(), s.stores);
    assign(MemberKind::process, c, type.processes.size(), s.processes);
    assign(MemberKind::repair, c, type.repairs.size(), s.repairs);
    has_condition_.resize(s.conditions.size(), c);
    has_port_.resize(s.ports.size(), c);
    has_repair_.resize(s.repairs.size(), c);
  }
}

void Compilation::allow_outages() {
  for (const ActionRequest& request : options_.actions) {
    if (request.verb != "outage") continue;
    const Index c = world_.find(request.component);
    if (c == nothing || needs_->outages.count(c)) continue;
    Condition up;
    up.label = written(fmt::format("{}/up", world_.part(c).name), fmt::format("{} answers", world_.part(c).name));
    up.component = ComponentId(c);
    needs_->outages.emplace(c, system_->conditions.add(std::move(up)));
  }
}

// ---- pieces ---------------------------------------------------------------------------------------------------------

Delay Compilation::delay(const DelayDef& def, const Scope& scope) {
  const Duration least = world_.duration(def.least, scope).value_or(Duration{});
  return {least, def.most.is_written() ? world_.duration(def.most, scope).value_or(least) : least};
}

Schedule Compilation::schedule(const std::vector<PhaseDef>& phases, const Scope& scope) {
  Schedule out;
  for (const PhaseDef& def : phases) {
    Phase phase;
    if (const auto n = world_.one(def.attempts, scope); n && n->kind == Thing::Kind::quantity) {
      phase.attempts = n->quantity().is_infinite() ? -1 : static_cast<std::int64_t>(n->number());
    }
    phase.gap = world_.duration(def.gap, scope).value_or(Duration{});
    phase.last = world_.duration(def.last, scope).value_or(phase.gap);
    phase.shape = def.shape;
    if (phase.attempts != 0) out.push_back(phase);
  }
  return out;
}

FactId Compilation::fact(std::string_view id) {
  if (id.empty()) return {};
  if (const auto found = facts_.find(id); found != facts_.end()) return found->second;
  const FactDef* def = catalogue_.find_fact(id);
  if (!def) return {};
  return facts_[def->id] = system_->facts.add({def->id, def->says, def->source, def->confidence});
}

FactId Compilation::fact(const Basis& basis, const Scope& scope, std::string_view what) {
  const bool has_reason = !basis.assumed.empty() && basis.assumed != "true";
  const bool is_fixed = basis.fact.kind == Expression::Kind::text ? basis.fact.text.plain().has_value()
                                                                  : !basis.fact.is_written() && has_reason;
  if (!is_fixed) return find_fact(basis, scope, what);
  if (const auto known = same_for_all_.find(&basis); known != same_for_all_.end()) return known->second;
  return same_for_all_[&basis] = find_fact(basis, scope, what);
}

FactId Compilation::find_fact(const Basis& basis, const Scope& scope, std::string_view what) {
  if (const auto id = world_.one(basis.fact, scope); id && id->kind == Thing::Kind::text) return fact(id->text());
  if (!basis.is_assumed) return {};
  const std::string id = fmt::format("{}.{}", world_.part(scope.component).type->name, what);
  const bool has_reason = !basis.assumed.empty() && basis.assumed != "true";
  const std::string reason = has_reason ? basis.assumed : "nothing is published";
  const auto [found, is_new] = assumed_.emplace(has_reason ? reason : id, FactId{});
  if (is_new) found->second = system_->facts.add({id, reason, "", Confidence::assumed});
  return found->second;
}

namespace {

// Nothing in it depends on the component.
bool is_the_same_everywhere(const std::vector<SeesDef>& sees) {
  return std::all_of(sees.begin(), sees.end(), [](const SeesDef& def) {
    const bool fixed_time = !def.after.is_written() || def.after.kind == Expression::Kind::quantity;
    return def.test.is_always() && def.only_while.empty() && def.text.plain() &&
           (def.when.empty() || def.when.plain()) && fixed_time && !def.basis.is_assumed &&
           (!def.basis.fact.is_written() || def.basis.fact.kind == Expression::Kind::text);
  });
}

}  // namespace

Symptoms Compilation::symptoms(const std::vector<SeesDef>& sees, const Scope& scope, FactId otherwise,
                               std::string_view of) {
  if (sees.empty()) return {};
  const bool is_shared = of.empty() && is_the_same_everywhere(sees);
  const std::pair<const void*, FactId> key{&sees, otherwise};
  if (is_shared) {
    if (const auto known = shared_symptoms_.find(key); known != shared_symptoms_.end()) return known->second;
  }
  std::vector<Symptom> out;
  for (const SeesDef& def : sees) {
    if (!of.empty() && (def.of.empty() ? std::string_view("run") : std::string_view(def.of)) != of) continue;
    if (!world_.applies(def.since, def.until) || !world_.holds(def.test, scope)) continue;
    Symptom symptom;
    symptom.kind = def.kind;
    symptom.text = world_.text(def.text, scope);
    symptom.is_tried = !def.when.empty();
    if (symptom.is_tried) symptom.text += fmt::format(" when {}", world_.text(def.when, scope));
    symptom.after = world_.duration(def.after, scope).value_or(Duration{});
    symptom.ends = def.ends;
    symptom.only_while = needs(def.only_while, scope);
    symptom.fact = def.basis.is_given() ? fact(def.basis, scope, symptom.text) : otherwise;
    out.push_back(std::move(symptom));
  }
  Symptoms symptoms(std::move(out));
  if (is_shared) shared_symptoms_.emplace(key, symptoms);
  return symptoms;
}

// In no more room than they take.
Needs Compilation::needs(const NeedDefs& defs, const Scope& scope) {
  if (defs.empty()) return {};
  written_needs_.clear();
  needs_->write(defs, scope, written_needs_);
  return {std::make_move_iterator(written_needs_.begin()), std::make_move_iterator(written_needs_.end())};
}

std::vector<ConditionId> Compilation::conditions(const std::vector<Path>& paths, const Scope& scope) {
  Things things(world_);
  for (const Path& path : paths) world_.follow(path, scope, *things);
  std::vector<ConditionId> out;
  for (const Thing& t : things) {
    if (t.kind != Thing::Kind::condition) continue;
    const ConditionId id(world_.id(MemberKind::condition, t.component, t.index));
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  }
  return out;
}

// ---- rows -----------------------------------------------------------------------------------------------------------

void Compilation::write_conditions() {
  const auto& parts = world_.parts();
  for (Index c = 0; c < parts.size(); ++c) {
    const Scope scope = of_component(c);
    for (Index i = 0; i < parts[c].type->conditions.size(); ++i) {
      const ConditionId id(world_.id(MemberKind::condition, c, i));
      if (!id.is_set()) continue;
      const ConditionDef& def = parts[c].type->conditions[i];
      Needs follows = needs(def.follows, scope);  // may add conditions
      Condition& row = system_->conditions[id];
      row.component = ComponentId(c);
      row.kind = def.is_derived ? Condition::Kind::derived : Condition::Kind::free;
      row.error = def.error;
      row.initially = world_.holds(def.initially, scope);
      row.follows = std::move(follows);
      row.falls_after = delay(def.falls_after, scope);
      row.rises = def.rises;
      row.rises_after = delay(def.rises_after, scope);
      for (const std::string& by : def.refreshed_by) {  // the workers of a process: one by one
        const ProcessDef* process = parts[c].type->find_process(by);
        if (process == nullptr || def.rises != Condition::Rises::after_delay) continue;
        row.process =
            ProcessId(world_.id(MemberKind::process, c, static_cast<Index>(process - parts[c].type->processes.data())));
      }
      row.fact = fact(def.basis, scope, def.name);
      row.symptoms = symptoms(def.sees, scope, row.fact);
    }
  }
}

void Compilation::write_ports() {
  const auto& parts = world_.parts();
  for (Index c = 0; c < parts.size(); ++c) {
    const Scope scope = of_component(c);
    for (Index i = 0; i < parts[c].type->ports.size(); ++i) {
      const PortId id(world_.id(MemberKind::port, c, i));
      if (!id.is_set()) continue;
      const PortDef& def = parts[c].type->ports[i];
      Port& row = system_->ports[id];
      row.component = ComponentId(c);
      needs_->of_port(c, i, nullptr);  // writes the needs of the row
      if (const Member by = world_.member(c, def.by); by.kind == MemberKind::process) {
        row.process = ProcessId(world_.id(MemberKind::process, c, static_cast<Index>(by.index)));
      }
      row.capacity = world_.rate(def.capacity, scope).value_or(Rate::unlimited());
      row.tells_people = def.tells_people;
      row.fact = fact(def.basis, scope, def.name);
    }
  }
}

void Compilation::write_stores() {
  const auto& parts = world_.parts();
  for (Index c = 0; c < parts.size(); ++c) {
    const Scope scope = of_component(c);
    for (Index i = 0; i < parts[c].type->stores.size(); ++i) {
      const StoreId id(world_.id(MemberKind::store, c, i));
      if (!id.is_set()) continue;
      const StoreDef& def = parts[c].type->stores[i];
      Store& row = system_->stores[id];
      row.name = joined(parts[c].name, '/', def.name);
      row.says = world_.sentence(def.says, scope);
      row.component = ComponentId(c);
      row.holds_for = world_.duration(def.holds_for, scope).value_or(Duration::forever());
      row.capacity = world_.bytes(def.capacity, scope).value_or(Bytes::unlimited());
      row.accepts = needs(def.accepts, scope);
      row.readable = needs(def.readable, scope);
      row.lost_with = conditions(def.lost_with, scope);
      row.emptied_by = conditions(def.emptied_by, scope);
      row.ordered = def.is_ordered;
      row.holds_data = def.holds_data;
      row.fact = fact(def.basis, scope, def.name);
      row.symptoms = symptoms(def.sees, scope, row.fact);
    }
  }
}

void Compilation::write_processes() {
  const auto& parts = world_.parts();
  // First the conditions that say that somebody runs, since needs of others lead to them.
  for (Index c = 0; c < parts.size(); ++c) {
    for (Index i = 0; i < parts[c].type->processes.size(); ++i) {
      const ProcessId id(world_.id(MemberKind::process, c, i));
      if (!id.is_set()) continue;
      const ProcessDef& def = parts[c].type->processes[i];
      Condition staffed;
      staffed.label = written(joined(parts[c].name, '/', def.name), fmt::format("something of {} runs", parts[c].name));
      staffed.component = ComponentId(c);
      staffed.kind = Condition::Kind::staffed;
      staffed.process = id;
      system_->processes[id].staffed = system_->conditions.add(std::move(staffed));
    }
  }
  for (Index c = 0; c < parts.size(); ++c) {
    const Scope scope = of_component(c);
    for (Index i = 0; i < parts[c].type->processes.size(); ++i) {
      const ProcessId id(world_.id(MemberKind::process, c, i));
      if (!id.is_set()) continue;
      const ProcessDef& def = parts[c].type->processes[i];
      Process& row = system_->processes[id];
      row.name = joined(parts[c].name, '/', def.name);
      row.says = world_.sentence(def.says, scope);
      row.component = ComponentId(c);
      row.count = static_cast<std::uint32_t>(std::max(0.0, world_.number(def.count, scope).value_or(1)));
      if (row.count == 0) {
        row.count = 1;
        assumptions_.push_back(
            {Assumption::Kind::default_value,
             fmt::format("{} is written with no workers; something else is taken to set their number,"
                         " and one to run.",
                         parts[c].name),
             {},
             {ComponentId(c)}});
      }
      row.lifetime = world_.duration(def.lifetime, scope).value_or(Duration::forever());
      row.start = needs(def.start, scope);
      row.run = needs(def.run, scope);
      row.healthy = needs(def.healthy, scope);
      row.start_time = world_.duration(def.start_time, scope).value_or(Duration{});
      row.ends_when_unhealthy_for = world_.duration(def.ends_when_unhealthy_for, scope).value_or(Duration::forever());
      row.restarts = def.restarts;
      row.restart = schedule(def.restart, scope);
      row.fact = fact(def.basis, scope, def.name);
      row.symptoms_start = symptoms(def.sees, scope, row.fact, "start");
      row.symptoms_run = symptoms(def.sees, scope, row.fact, "run");
      row.symptoms_healthy = symptoms(def.sees, scope, row.fact, "healthy");
    }
  }
}

// What deleting a component takes away.
std::vector<ConditionId> Compilation::gone_with(Index component) {
  const FaultDef* deletion = world_.part(component).type->find_fault("delete");
  return deletion ? conditions(deletion->breaks, of_component(component)) : std::vector<ConditionId>{};
}

// An apply makes again what it restores of that; otherwise (a deletion that is cancelled) it is the old one.
bool Compilation::makes_again(const Repair& repair, Index component) {
  if (!repair.by_apply) return false;
  const std::vector<ConditionId> gone = gone_with(component);
  return std::any_of(gone.begin(), gone.end(), [&](ConditionId c) {
    return std::find(repair.restores.begin(), repair.restores.end(), c) != repair.restores.end();
  });
}

// Conditions that only a repair brings back: a component that is made again makes its own and those of its parts anew,
// save for those that follow its own existence, which it does not bring along.
std::unordered_map<Index, std::vector<ConditionId>> Compilation::bindings() {
  std::unordered_map<Index, std::vector<ConditionId>> out;
  const auto& parts = world_.parts();
  for (Index c = 0; c < parts.size(); ++c) {
    for (Index k = 0; k < parts[c].type->conditions.size(); ++k) {
      const ConditionDef& def = parts[c].type->conditions[k];
      if (!def.is_derived || def.rises != Condition::Rises::by_repair) continue;
      const ConditionId id(world_.id(MemberKind::condition, c, k));
      if (!id.is_set()) continue;
      const Needs& follows = system_->conditions[id].follows;
      for (Index holder = c; holder != nothing; holder = parts[holder].parent) {
        const std::vector<ConditionId> gone = gone_with(holder);
        const bool is_own = std::any_of(follows.begin(), follows.end(), [&](const Need& need) {
          return std::find(gone.begin(), gone.end(), need.condition) != gone.end();
        });
        if (!is_own) out[holder].push_back(id);
      }
    }
  }
  return out;
}

void Compilation::write_repairs() {
  const auto& parts = world_.parts();
  const auto bindings = this->bindings();
  const auto add = [](std::vector<ConditionId>& to, ConditionId id) {
    if (id.is_set() && std::find(to.begin(), to.end(), id) == to.end()) to.push_back(id);
  };
  for (Index c = 0; c < parts.size(); ++c) {
    const TypeDef& type = *parts[c].type;
    const Scope scope = of_component(c);
    for (Index i = 0; i < type.repairs.size(); ++i) {
      const RepairId id(world_.id(MemberKind::repair, c, i));
      if (!id.is_set()) continue;
      const RepairDef& def = type.repairs[i];
      Repair& row = system_->repairs[id];
      row.component = ComponentId(c);
      row.restores = conditions(def.restores, scope);
      row.breaks = conditions(def.breaks, scope);
      if (const Member p = world_.member(c, def.restarts); p.kind == MemberKind::process) {
        row.restarts = ProcessId(world_.id(MemberKind::process, c, static_cast<Index>(p.index)));
      }
      std::vector<ConditionId> refreshes;
      for (Index k = 0; k < type.conditions.size(); ++k) {
        const auto& by = type.conditions[k].refreshed_by;
        const auto names = [&](const std::string& word) { return std::find(by.begin(), by.end(), word) != by.end(); };
        if (names(def.name) || (!def.restarts.empty() && names(def.restarts))) {
          add(refreshes, ConditionId(world_.id(MemberKind::condition, c, k)));
        }
      }
      Needs requirements = needs(def.requirements, scope);
      ask_guards(id, def, scope, requirements);
      row.requirements = std::move(requirements);
      if (def.rate.is_written()) row.rate = world_.rate(def.rate, scope);
      row.takes = world_.duration(def.takes, scope).value_or(Duration{});
      row.by_apply = def.by_apply;
      row.only_by_apply = def.only_by_apply;
      if (const auto made = bindings.find(c); made != bindings.end() && makes_again(row, c)) {
        for (const ConditionId id_of_binding : made->second) add(refreshes, id_of_binding);
      }
      const auto restored = [&](ConditionId id_of_one) {
        return std::find(row.restores.begin(), row.restores.end(), id_of_one) != row.restores.end();
      };
      std::erase_if(refreshes, restored);
      row.refreshes = std::move(refreshes);
      row.fact = fact(def.basis, scope, def.name);
      const bool is_about_nothing_here =  // a condition that this one does not have
          !def.limits.empty() &&
          std::any_of(type.conditions.begin(), type.conditions.end(), [&](const ConditionDef& k) {
            const auto number = static_cast<Index>(&k - type.conditions.data());
            return k.basis.fact.text.plain() == def.limits && world_.id(MemberKind::condition, c, number) == nothing;
          });
      if (!is_about_nothing_here) row.limits = fact(def.limits);
      for (const RepairDef::Setting& set : def.sets) {
        const auto value = world_.duration(set.value, scope);
        for (Index k = 0; value && k < type.stores.size(); ++k) {
          const StoreId store(world_.id(MemberKind::store, c, k));
          if (store.is_set() && is_attribute(type.stores[k].holds_for, set.attribute))
            row.sets.push_back({store, *value, delay(def.sets_after, scope)});
        }
      }
    }
  }
}

// A repair that no type defines.
RepairId Compilation::nameless_repair(Index component, std::string_view name, std::string title, FactId fact) {
  Repair row;
  row.label = written(joined(world_.part(component).name, '/', name));
  row.component = ComponentId(component);
  row.fact = fact;
  const RepairId id = system_->repairs.add(std::move(row));
  has_repair_.resize(system_->repairs.size(), component);
  titles_.emplace(id.value, std::move(title));
  return id;
}

Label Compilation::label(ConditionId condition) {
  const Index c = has_condition_[condition.value];
  const ConditionDef& def = defined(MemberKind::condition, world_.part(c).type->conditions, c, condition.value);
  return {joined(world_.part(c).name, '/', def.name), world_.sentence(def.says, of_component(c))};
}

Label Compilation::label(PortId port) {
  const Index c = has_port_[port.value];
  const PortDef& def = defined(MemberKind::port, world_.part(c).type->ports, c, port.value);
  return {joined(world_.part(c).name, '.', def.name), world_.sentence(def.says, of_component(c))};
}

Label Compilation::label(RepairId repair) {
  const Index c = has_repair_[repair.value];
  const RepairDef& def = defined(MemberKind::repair, world_.part(c).type->repairs, c, repair.value);
  return {joined(world_.part(c).name, '/', def.name), ""};
}

// The definition that a row of a component was written from.
template <class Def>
const Def& Compilation::defined(MemberKind kind, const std::vector<Def>& defs, Index component, Index id) const {
  Index i = 0;
  while (world_.id(kind, component, i) != id) ++i;
  return defs[i];
}

RepairText Compilation::repair(RepairId repair) {
  RepairText out;
  if (const auto title = titles_.find(repair.value); title != titles_.end()) {
    out.title = title->second;
    return out;
  }
  const Index c = has_repair_[repair.value];
  const RepairDef* def = &defined(MemberKind::repair, world_.part(c).type->repairs, c, repair.value);
  const Scope scope = of_component(c);
  const std::string& region = world_.part(c).resource->region;
  const bool is_elsewhere = !region.empty() && region != inventory_->region;  // the shell's is the inventory's
  const auto typed = [&](std::string command) {
    return is_elsewhere ? in_region(std::move(command), region) : command;
  };
  out.title = world_.sentence(def->title, scope);
  out.who = world_.sentence(def->who, scope);
  const std::string& account = world_.part(c).resource->account;
  if (out.who.empty() && !account.empty() && !inventory_->account.empty() && account != inventory_->account) {
    out.who = fmt::format("somebody who may act in account {}", account);
  }
  for (const CommandDef& command : def->commands) {
    const auto give = [&](const Scope& with_item) {
      if (!world_.holds(command.test, with_item)) return;
      std::string text = world_.text(command.text, with_item, " ");
      if (!text.empty()) out.commands.push_back(typed(std::move(text)));
    };
    if (!command.each) {
      give(scope);
      continue;
    }
    Things items(world_);
    world_.follow(*command.each, scope, *items);
    for (const Thing& item : items) {
      Scope with_item = scope;
      if (!item.map()) {
        with_item.item = &item;
        give(with_item);
        continue;
      }
      for (const Value& entry : item.map()->children) {
        const Thing key = Thing::of_text(entry.key);
        with_item.item = &key;
        give(with_item);
      }
    }
  }
  out.verify = typed(world_.text(def->verify, scope, " "));
  return out;
}

}  // namespace moshimo::models
