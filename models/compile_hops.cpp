// Hops: where data moves.
#include <algorithm>
#include <fmt/format.h>

#include "models/alarm_rule.hpp"
#include "models/compile_rows.hpp"

namespace moshimo::models {
namespace {

std::uint64_t key_of(Index component, Index index) { return (std::uint64_t{component} << 32) | index; }

}  // namespace

// ---- plans ----------------------------------------------------------------------------------------------------------

void Compilation::plan_hops() {
  const auto& parts = world_.parts();
  for (Index c = 0; c < parts.size(); ++c) {
    for (Index i = 0; i < parts[c].type->hops.size(); ++i) {
      if (!world_.exists(MemberKind::hop, c, i)) continue;
      const Index first = static_cast<Index>(needs_->hops.size());
      const HopDef& def = parts[c].type->hops[i];
      if (def.each) {
        Things items(world_);
        world_.follow(*def.each, Scope{c, nullptr, nullptr, nullptr}, *items);
        for (const Thing& item : items) plan_hop(c, i, item);
      } else {
        plan_hop(c, i, std::nullopt);
      }
      world_.set_id(MemberKind::hop, c, i, needs_->hops.size() > first ? first : nothing);
    }
  }
}

std::optional<Thing> Compilation::port_at(const std::vector<Thing>& things) {
  for (const Thing& t : things) {
    if (t.kind == Thing::Kind::port) return t;
    if (t.kind != Thing::Kind::component) continue;
    const Member in = world_.member(t.component, "in");
    if (in.kind != MemberKind::port) continue;
    if (!world_.exists(MemberKind::port, t.component, static_cast<Index>(in.index))) continue;
    Thing port;
    port.kind = Thing::Kind::port;
    port.component = t.component;
    port.index = static_cast<Index>(in.index);
    return port;
  }
  return std::nullopt;
}

void Compilation::plan_hop(Index component, Index def_index, const std::optional<Thing>& item) {
  const HopDef& def = world_.part(component).type->hops[def_index];
  HopPlan plan;
  plan.component = component;
  plan.def = def_index;
  plan.item = item;
  Scope scope = scope_of(plan);
  plan.principal = needs_->acting(def.as, scope);
  scope = scope_of(plan);

  Things found(world_);
  if (def.from) world_.follow(*def.from, scope, *found);
  switch (def.source) {
    case HopDef::Source::port: {
      const auto port = port_at(*found);
      if (!port) return;
      plan.from = *port;
      break;
    }
    case HopDef::Source::signal:
      if (found.empty() || found.front().kind != Thing::Kind::condition) return;
      plan.from = found.front();
      break;
    case HopDef::Source::sign: break;
    case HopDef::Source::timetable:
      if (!world_.duration(def.every, scope)) return;
      break;
  }
  if (def.to) {
    found->clear();
    world_.follow(*def.to, scope, *found);
    const auto port = port_at(*found);
    if (!port) {
      refuse_target(plan, scope);
      return;
    }
    plan.to = *port;
  } else {
    plan.goes_outside = true;
  }
  if (def.source == HopDef::Source::port && !def.rate.is_written()) {
    readers_[key_of(plan.from.component, plan.from.index)].push_back(static_cast<Index>(needs_->hops.size()));
  }
  needs_->hops.push_back(plan);
}

// What an absent attribute leads to is left out; but a target that is there and takes nothing in is a mistake.
void Compilation::refuse_target(const HopPlan& plan, const Scope& scope) {
  const HopDef& def = world_.part(plan.component).type->hops[plan.def];
  const Path& to = *def.to;
  Things found(world_);
  world_.follow(to, scope, *found);
  if (found.empty() && !to.steps.empty()) world_.follow(to, to.steps.size() - 1, scope, *found);
  if (found.empty() || found.front().kind != Thing::Kind::component) return;
  const Part& target = world_.part(found.front().component);
  const Part& part = world_.part(plan.component);
  world_.diagnostics->error(part.at, fmt::format("'{}' {}, but '{}' ({}) takes nothing in", part.name,
                                                 world_.sentence(def.says, scope), target.name, target.type->name));
}

bool Compilation::feeds(Index component, Index port) const { return readers_.count(key_of(component, port)) > 0; }

// ---- rows -----------------------------------------------------------------------------------------------------------

std::string Compilation::hop_name(const HopPlan& plan) const {
  const Part& part = world_.part(plan.component);
  std::string name = fmt::format("{}/{}", part.name, part.type->hops[plan.def].name);
  if (plan.item && plan.item->kind == Thing::Kind::component) {
    name += fmt::format("/{}", world_.part(plan.item->component).short_name);
  }
  return name;
}

void Compilation::write_hops() {
  const bool is_given = !inventory_->traffic.empty();
  system_->hops.reserve(needs_->hops.size() + (is_given ? inventory_->traffic.size() : world_.parts().size() / 2));
  needs_->hops.shrink_to_fit();
  for (Index i = 0; i < needs_->hops.size(); ++i) write_hop(i);
  list_unknowns();
}

// What nobody can say about a hop; of many alike the first stands for all.
void Compilation::list_unknowns() {
  struct Unknown {
    Index first = 0;  // plan
    std::vector<ComponentId> where;
  };
  std::vector<Unknown> unknowns;
  std::unordered_map<const HopDef*, std::size_t> known;
  for (Index i = 0; i < needs_->hops.size(); ++i) {
    const HopPlan& plan = needs_->hops[i];
    const HopDef& def = world_.part(plan.component).type->hops[plan.def];
    if (def.unknown.empty()) continue;
    const auto [at, is_new] = known.emplace(&def, unknowns.size());
    if (is_new) unknowns.push_back({i, {}});
    unknowns[at->second].where.push_back(ComponentId(plan.component));
  }
  for (Unknown& unknown : unknowns) {
    const HopPlan& plan = needs_->hops[unknown.first];
    const HopDef& def = world_.part(plan.component).type->hops[plan.def];
    std::string says = world_.text(def.unknown, scope_of(plan));
    if (unknown.where.size() > 1) says += fmt::format("; and likewise for {} more", unknown.where.size() - 1);
    assumptions_.push_back({Assumption::Kind::unknown, says + '.', {}, std::move(unknown.where)});
  }
}

void Compilation::write_hop(Index plan_index) {
  const HopPlan& plan = needs_->hops[plan_index];
  const HopDef& def = world_.part(plan.component).type->hops[plan.def];
  const Scope scope = scope_of(plan);
  Hop& hop = system_->hops[system_->hops.add(Hop{})];
  hop.name = hop_name(plan);
  hop.says = world_.sentence(def.says, scope);
  hop.component = ComponentId(plan.component);
  switch (def.source) {
    case HopDef::Source::port:
      hop.source = def.rate.is_written() ? Hop::Source::work : Hop::Source::port;
      hop.from = PortId(world_.id(MemberKind::port, plan.from.component, plan.from.index));
      if (def.rate.is_written()) {
        hop.profile.steps.push_back({Duration{}, world_.rate(def.rate, scope).value_or(Rate::per_second(0))});
      }
      break;
    case HopDef::Source::timetable:
      hop.source = Hop::Source::timetable;
      hop.every = world_.duration(def.every, scope).value_or(Duration::forever());
      hop.first = hop.every;
      break;
    case HopDef::Source::signal:
      hop.source = Hop::Source::signal;
      hop.signal = ConditionId(world_.id(MemberKind::condition, plan.from.component, plan.from.index));
      break;
    case HopDef::Source::sign: hop.source = Hop::Source::sign; break;
  }
  if (def.source == HopDef::Source::sign || def.takes.is_written()) hop.watch = watch(def, plan.component, scope);
  hop.ratio = world_.number(def.ratio, scope).value_or(1);
  if (def.combines_every.is_written() && !world_.number(def.ratio, scope)) {
    const Duration every = world_.duration(def.combines_every, scope).value_or(Duration::forever());
    const Bytes most = world_.bytes(def.combines_bytes, scope).value_or(Bytes::unlimited());
    combining_[static_cast<std::uint32_t>(system_->hops.size() - 1)] = {every.in_seconds(), most.count()};
  }
  const auto size = world_.bytes(def.size, scope);
  is_sized_.push_back(size && !size->is_unlimited());
  if (is_sized_.back()) hop.size = *size;
  if (!plan.goes_outside) hop.to = PortId(world_.id(MemberKind::port, plan.to.component, plan.to.index));
  hop.needs.reserve(32);
  needs_->of_hop(plan, hop.needs);
  hop.needs.shrink_to_fit();
  if (plan.principal && !plan.goes_outside) {
    const PortDef& target = world_.part(plan.to.component).type->ports[plan.to.index];
    needs_->note_admission(target.needs, plan.to.component, *plan.principal);
  }
  if (def.drain.is_written()) hop.drain = world_.rate(def.drain, scope);
  if (hop.drain && hop.drain->is_unlimited()) hop.drain.reset();
  hop.fact = fact(def.basis, scope, def.name);
  write_reactions(plan, hop);
}

// By its name, its name in AWS, or its ARN.
ComponentId Compilation::alarm_named(const std::string& name) {
  const std::size_t colon = name.rfind(":alarm:");
  const std::string bare = colon == std::string::npos ? name : name.substr(colon + 7);
  if (const Index c = world_.find(bare); c != nothing) return ComponentId(c);
  for (Index c = 0; c < world_.parts().size(); ++c) {
    if (world_.part(c).aws_name == bare && world_.part(c).type->find_port("in")) return ComponentId(c);
  }
  return {};
}

// What a hop looks out for.
std::shared_ptr<const Watch> Compilation::watch(const HopDef& def, Index component, const Scope& scope) {
  Watch watch;
  watch.takes = world_.duration(def.takes, scope).value_or(Duration{});
  if (def.source != HopDef::Source::sign) return std::make_shared<const Watch>(std::move(watch));
  const SignDef& sign = def.sign;
  watch.what = sign.what;
  Things found(world_);
  for (const Path& path : sign.words) world_.follow(path, scope, *found);
  for (const Thing& t : found) {
    std::string text = world_.describe(t);
    std::string word;
    for (const char c : text + ' ') {
      const bool is_part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                           c == '_' || c == '-';
      if (is_part) {
        word += c;
      } else if (!word.empty()) {
        watch.words.push_back(std::move(word));
        word.clear();
      }
    }
  }
  found->clear();
  if (sign.of) world_.follow(*sign.of, scope, *found);
  for (const Thing& t : found) {
    if (t.kind == Thing::Kind::component) watch.of.emplace_back(t.component);
  }
  if (sign.of && watch.of.empty()) watch.of.emplace_back(component);  // what is not there shows nothing
  watch.hears_silence = sign.asks_for_silence && world_.holds(sign.hears_silence, scope);
  watch.counts_arrivals = sign.asks_for_arrivals && world_.holds(sign.counts_arrivals, scope);
  const auto outcome = world_.one(sign.outcome, scope);
  if (outcome && outcome->text() == "done") watch.outcome = Watch::Outcome::happened;
  if (outcome && outcome->text() == "denied") watch.outcome = Watch::Outcome::stopped;
  if (const auto measures = world_.one(sign.measures, scope); measures && sign.threshold.is_written()) {
    watch.threshold = world_.number(sign.threshold, scope).value_or(0);
    watch.period = world_.duration(sign.period, scope).value_or(Duration::minutes(5));
    if (measures->text() == "level" && watch.threshold > 0) watch.amount = Watch::Amount::level;
    if (measures->text() == "sum" && watch.threshold > 0) watch.amount = Watch::Amount::per_period;
  }
  if (sign.rule) {
    found->clear();
    world_.follow(*sign.rule, scope, *found);
    if (!found.empty()) {
      const AlarmRule rule(std::string(found.front().text()),
                           [&](const std::string& name) { return alarm_named(name); });
      watch.rule = rule.steps();
      for (const std::string& problem : rule.mistakes()) {
        world_.diagnostics->error(world_.part(component).at,
                                  fmt::format("the rule of '{}': {}", world_.part(component).name, problem));
      }
      for (const std::string& name : rule.unknown()) {
        note(fmt::format("The rule of {} asks for the alarm {}, which is not in the inventory; it is taken never to be "
                         "raised.",
                         world_.part(component).name, name),
             component);
      }
    }
  }
  watch.place = {known_place(world_.account_of(component)), known_place(world_.region_of(component))};
  return std::make_shared<const Watch>(std::move(watch));
}

// Consumers of one queue divide what it gives out.
void Compilation::share_among_readers() {
  for (const auto& [key, plans] : readers_) {
    if (plans.size() < 2) continue;
    const HopPlan& plan = needs_->hops[plans.front()];
    const StoreId store = source_store(plan);
    if (!store.is_set() || !system_->stores[store].ordered) continue;
    const TypeDef& type = *world_.part(plan.from.component).type;
    const StoreDef* def = type.find_store("kept");
    if (def->readers != StoreDef::Readers::share) continue;
    for (const Index i : plans) system_->hops[HopId(i)].ratio /= static_cast<double>(plans.size());
  }
}

}  // namespace moshimo::models
