// Hops: where data moves, and where it waits when it cannot.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>

#include "models/compile_rows.hpp"

namespace moshimo::models {
namespace {

constexpr std::array<ErrorClass, error_class_count> all_classes = {
    ErrorClass::denied,      ErrorClass::key,       ErrorClass::missing, ErrorClass::throttled,
    ErrorClass::unavailable, ErrorClass::unhealthy, ErrorClass::stalled, ErrorClass::failed};

Scope scope_of(const HopPlan& plan) {
  Scope scope{plan.component, nullptr, nullptr, nullptr};
  if (plan.item) scope.item = &*plan.item;
  if (plan.principal) scope.caller = &*plan.principal;
  return scope;
}

std::uint64_t key_of(Index component, Index index) { return (std::uint64_t{component} << 32) | index; }

bool same_schedule(const Schedule& a, const Schedule& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Phase& x, const Phase& y) {
    return std::tie(x.attempts, x.gap, x.last, x.shape) == std::tie(y.attempts, y.gap, y.last, y.shape);
  });
}

bool same_needs(const Needs& a, const Needs& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Need& x, const Need& y) {
    return std::tie(x.condition, x.alternatives, x.error) == std::tie(y.condition, y.alternatives, y.error);
  });
}

// The same place with the same terms: what waits there for one class may go on waiting for another.
bool same_place(const Fallback& a, const Fallback& b) {
  return std::tie(a.kind, a.store, a.port, a.limit, a.age, a.capacity, a.overflow, a.release, a.says) ==
             std::tie(b.kind, b.store, b.port, b.limit, b.age, b.capacity, b.overflow, b.release, b.says) &&
         same_schedule(a.schedule, b.schedule) && same_needs(a.accepts, b.accepts);
}

// Classes that share a place may have it for different reasons.
void note_reason(Hop& hop, ErrorClass error, std::uint8_t at, FactId fact) {
  if (fact != hop.fallbacks[at].fact) hop.reasons.push_back({error, at, fact});
}

bool is_automatic_store(const Fallback& f, StoreId store) {
  return f.kind == Fallback::Kind::store && f.store == store && !f.release.is_set();
}

// Merges lists into one that holds each of them as a subsequence; equal places are used together where the order
// allows.
class Merger {
 public:
  std::vector<int> merge(const std::vector<Fallback>& list) {
    std::vector<int> nodes;
    std::size_t from = 0;
    for (std::size_t k = 0; k < list.size(); ++k) {
      const std::size_t at = find(list[k], from);
      if (at != order_.size()) {
        nodes.push_back(order_[at]);
        from = at + 1;
        continue;
      }
      std::size_t before = order_.size();
      for (std::size_t next = k + 1; next < list.size() && before == order_.size(); ++next) {
        before = find(list[next], from);
      }
      places_.push_back(list[k]);
      nodes.push_back(static_cast<int>(places_.size() - 1));
      order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(before), nodes.back());
      from = before + 1;
    }
    return nodes;
  }

  // The merged list goes behind what `into` holds; gives the position of each node.
  std::vector<std::uint8_t> finish(std::vector<Fallback>& into) {
    std::vector<std::uint8_t> position(places_.size());
    for (const int node : order_) {
      position[static_cast<std::size_t>(node)] = static_cast<std::uint8_t>(into.size());
      into.push_back(std::move(places_[static_cast<std::size_t>(node)]));
    }
    return position;
  }

 private:
  std::size_t find(const Fallback& f, std::size_t from) const {
    while (from < order_.size() && !same_place(places_[static_cast<std::size_t>(order_[from])], f)) ++from;
    return from;
  }
  std::vector<Fallback> places_;
  std::vector<int> order_;
};

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
  needs_->hops.push_back(std::move(plan));
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
  }
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

// Most hops of one kind do the same: they share what was written for one of the last of them.
Reactions Compilation::shared_reactions(const HopDef& def) {
  std::vector<Reactions>& known = reactions_[&def];
  const auto same = std::find(known.begin(), known.end(), written_);
  if (same != known.end()) return *same;
  if (known.size() == 8) known.erase(known.begin());
  known.push_back(written_);
  known.back().share_rows();
  return known.back();
}

// Of the blocks that speak for a class, the nearest that has a key counts for that key.
void Compilation::write_reactions(const HopPlan& plan, Hop& hop) {
  const HopDef& def = world_.part(plan.component).type->hops[plan.def];
  const Scope scope = scope_of(plan);
  auto& blocks_for = blocks_of_[&def];
  if (blocks_for.empty()) {
    for (const ErrorClass c : all_classes) blocks_for.push_back(reactions_to(def, c));
  }
  for (std::size_t i = 0; i < error_class_count; ++i) {
    Reaction& reaction = written_[i];
    reaction.fallbacks.clear();  // and keep its room
    reaction.pause = {};
    reaction.symptoms = {};
    reaction.fact = {};
  }
  std::vector<const ReactionDef*> apply;  // those whose test holds here
  std::vector<FactId> facts;
  for (const WhenDef& when : def.when) {
    for (const ReactionDef& block : when.blocks) {
      if (!world_.holds(block.test, scope)) continue;
      apply.push_back(&block);
      facts.push_back(fact(block.basis, scope, def.name));
    }
  }
  std::array<const ReactionDef*, error_class_count> with_fallbacks{};
  std::array<const ReactionDef*, error_class_count> with_symptoms{};
  for (std::size_t at = 0; at < error_class_count; ++at) {
    bool has_pause = false;
    for (const ReactionDef* block : blocks_for[at]) {
      const auto applies = std::find(apply.begin(), apply.end(), block);
      if (applies == apply.end()) continue;
      if (block->fallbacks && !with_fallbacks[at]) with_fallbacks[at] = block;
      if (block->pause && !has_pause) {
        written_[at].pause = delay(*block->pause, scope);
        has_pause = true;
      }
      if (block->sees && !with_symptoms[at]) with_symptoms[at] = block;
      if (!written_[at].fact.is_set()) written_[at].fact = facts[static_cast<std::size_t>(applies - apply.begin())];
    }
  }

  const auto share = [&](std::size_t i, const std::vector<SeesDef>& sees) {
    for (std::size_t k = 0; k < i; ++k) {
      if (with_symptoms[k] != with_symptoms[i] || written_[k].fact != written_[i].fact) continue;
      written_[i].symptoms = written_[k].symptoms;
      return;
    }
    written_[i].symptoms = symptoms(sees, scope, written_[i].fact);
  };
  std::vector<std::vector<Fallback>> lists;
  std::vector<int> list_of_class(error_class_count, -1);
  for (const WhenDef& when : def.when) {
    for (const ReactionDef& block : when.blocks) {
      bool is_used = false;
      for (std::size_t i = 0; i < error_class_count; ++i) {
        if (with_fallbacks[i] != &block) continue;
        list_of_class[i] = static_cast<int>(lists.size());
        is_used = true;
      }
      if (is_used) lists.push_back(fallbacks(*block.fallbacks, plan, scope, block.basis));
      for (std::size_t i = 0; i < error_class_count; ++i) {
        if (with_symptoms[i] == &block) share(i, *block.sees);
      }
    }
  }
  const StoreId source = source_store(plan);
  if (source.is_set() && system_->stores[source].ordered)
    arrange_ordered(hop, lists, list_of_class, source);
  else
    arrange(hop, lists, list_of_class);
  hop.when = shared_reactions(def);
}

// The store of what feeds a hop: what is there already need not be put there.
StoreId Compilation::source_store(const HopPlan& plan) {
  const HopDef& def = world_.part(plan.component).type->hops[plan.def];
  if (def.source != HopDef::Source::port || def.rate.is_written()) return {};
  const TypeDef& type = *world_.part(plan.from.component).type;
  if (type.ports[plan.from.index].name != "in") return {};
  const Member kept = world_.member(plan.from.component, "kept");
  if (kept.kind != MemberKind::store) return {};
  if (!world_.exists(MemberKind::store, plan.from.component, static_cast<Index>(kept.index))) return {};
  return StoreId(world_.id(MemberKind::store, plan.from.component, static_cast<Index>(kept.index)));
}

std::vector<Fallback> Compilation::fallbacks(const std::vector<FallbackDef>& defs, const HopPlan& plan,
                                             const Scope& scope, const Basis& block) {
  std::vector<Fallback> out;
  for (const FallbackDef& def : defs) {
    if (!world_.holds(def.test, scope)) continue;
    if (auto f = fallback(def, plan, scope, block)) out.push_back(std::move(*f));
  }
  return out;
}

std::optional<Fallback> Compilation::fallback(const FallbackDef& def, const HopPlan& plan, const Scope& scope,
                                              const Basis& block) {
  const HopDef& hop = world_.part(plan.component).type->hops[plan.def];
  Fallback f;
  f.fact = fact(def.basis.is_given() ? def.basis : block, scope, hop.name);
  f.limit = world_.duration(def.limit, scope).value_or(Duration::forever());
  f.overflow = def.overflow;
  // Who is gone tries nothing and writes nothing; only what is kept where it came from stays.
  const bool is_fed_by_itself = hop.source == HopDef::Source::port && plan.from.component == plan.component;
  const auto alive = [&] {
    if (!is_fed_by_itself) needs_->own_existence(plan.component, f.accepts);
  };
  if (const auto age = world_.one(def.age, scope); age && age->text() == "entry") f.age = Fallback::Age::since_entry;
  switch (def.kind) {
    case FallbackDef::Kind::retry:
      alive();
      f.kind = Fallback::Kind::retry;
      f.says = "retries";
      f.schedule = schedule(def.schedule, scope);
      if (f.schedule.empty()) return std::nullopt;
      return f;
    case FallbackDef::Kind::buffer:
      alive();
      f.kind = Fallback::Kind::buffer;
      f.says = world_.sentence(def.buffer, scope);
      f.capacity = world_.bytes(def.capacity, scope).value_or(Bytes::unlimited());
      return f;
    case FallbackDef::Kind::place: break;
  }

  Things found(world_);
  world_.follow(def.in, scope, *found);
  if (found.empty()) return std::nullopt;
  Thing place = found.front();
  if (place.kind == Thing::Kind::component) {
    const Index c = place.component;
    const Member kept = world_.member(c, "kept");
    const auto in = port_at({place});
    const bool has_store =
        kept.kind == MemberKind::store && world_.exists(MemberKind::store, c, static_cast<Index>(kept.index));
    const bool is_source = hop.source == HopDef::Source::port && !hop.rate.is_written() && plan.from.component == c;
    if (in && !is_source && (!has_store || feeds(c, in->index))) {
      place = *in;
    } else if (has_store) {
      place.kind = Thing::Kind::store;
      place.index = static_cast<Index>(kept.index);
    } else {
      return std::nullopt;
    }
  }

  const auto writer = needs_->acting(def.as, scope);
  Scope there{place.component, nullptr, nullptr, nullptr};
  if (writer) {
    alive();
    needs_->be(*writer, f.accepts);
    there.caller = &*writer;
  }
  const Part& part = world_.part(place.component);
  if (writer && place.kind == Thing::Kind::port) {
    needs_->note_admission(part.type->ports[place.index].needs, place.component, *writer);
  } else if (writer && place.kind == Thing::Kind::store) {
    needs_->note_admission(part.type->stores[place.index].accepts, place.component, *writer);
  }
  if (place.kind == Thing::Kind::port) {
    f.kind = Fallback::Kind::hand_on;
    f.port = PortId(world_.id(MemberKind::port, place.component, place.index));
    f.says = part.name;
    f.limit = Duration::forever();
    for (const Need& n : needs_->of_port(place.component, place.index, there.caller)) NeedsWriter::add(f.accepts, n);
    return f;
  }
  if (place.kind != Thing::Kind::store) return std::nullopt;

  const StoreDef& store = part.type->stores[place.index];
  f.store = StoreId(world_.id(MemberKind::store, place.component, place.index));
  f.says = world_.sentence(store.says, Scope{place.component, nullptr, nullptr, nullptr});
  f.capacity = system_->stores[f.store].capacity;
  f.overflow = store.overflow;
  if (f.store != source_store(plan)) {
    needs_->own_existence(place.component, f.accepts);
    Needs accepts;
    needs_->write(store.accepts, there, accepts);
    for (const Need& n : accepts) NeedsWriter::add(f.accepts, n);
  } else {
    f.accepts.clear();
  }
  if (!def.release) return f;
  found->clear();
  world_.follow(*def.release, scope, *found);
  if (!found.empty() && found.front().kind == Thing::Kind::repair) {
    f.release = RepairId(world_.id(MemberKind::repair, found.front().component, found.front().index));
  } else {
    // What has to be released by hand stays, although nothing says how.
    f.release =
        nameless_repair(plan.component, def.release->text, fmt::format("Bring back what waits in {}", f.says), f.fact);
  }
  return f;
}

void Compilation::arrange(Hop& hop, const std::vector<std::vector<Fallback>>& lists,
                          const std::vector<int>& list_of_class) {
  Merger merger;
  std::vector<std::vector<int>> nodes;
  for (const auto& list : lists) nodes.push_back(merger.merge(list));
  const auto position = merger.finish(hop.fallbacks);
  for (std::size_t i = 0; i < error_class_count; ++i) {
    if (list_of_class[i] < 0) continue;
    const auto list = static_cast<std::size_t>(list_of_class[i]);
    for (std::size_t k = 0; k < lists[list].size(); ++k) {
      const std::uint8_t at = position[static_cast<std::size_t>(nodes[list][k])];
      written_[i].fallbacks.push_back(at);
      note_reason(hop, all_classes[i], at, lists[list][k].fact);
    }
  }
}

// Everything goes through the store first, on its own terms. Classes that keep data in it on other terms get a place of
// their own after it; a second place for each of the former takes what comes back from the latter.
void Compilation::arrange_ordered(Hop& hop, const std::vector<std::vector<Fallback>>& lists,
                                  const std::vector<int>& list_of_class, StoreId source) {
  hop.ordered = true;
  const Store& store = system_->stores[source];
  Fallback whole;
  whole.store = source;
  whole.says = store.says;
  whole.capacity = store.capacity;
  whole.fact = store.fact;

  std::vector<Fallback> stays;  // the ways in which classes keep data in the source
  const auto find = [&](const Fallback& f) {
    return std::find_if(stays.begin(), stays.end(), [&](const Fallback& s) { return same_place(s, f); });
  };
  Merger merger;
  std::vector<std::vector<int>> nodes;
  for (const auto& list : lists) {
    const bool begins_there = !list.empty() && is_automatic_store(list.front(), source);
    if (begins_there && find(list.front()) == stays.end()) stays.push_back(list.front());
    nodes.push_back(merger.merge({list.begin() + (begins_there ? 1 : 0), list.end()}));
  }
  // Those whose time counts from entry last, since a second place would give them their time twice.
  std::stable_sort(stays.begin(), stays.end(), [](const Fallback& a, const Fallback& b) { return a.age < b.age; });
  if (const auto known = find(whole); known != stays.end()) {
    whole = *known;
    stays.erase(known);
    stays.insert(stays.begin(), whole);
  }
  hop.fallbacks.push_back(whole);
  std::vector<std::vector<std::uint8_t>> positions(stays.size());
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (same_place(stays[i], whole)) {
      positions[i].push_back(0);
      continue;
    }
    positions[i].push_back(static_cast<std::uint8_t>(hop.fallbacks.size()));
    hop.fallbacks.push_back(stays[i]);
  }
  for (std::size_t i = 0; i + 1 < stays.size(); ++i) {
    if (stays[i].age == Fallback::Age::since_entry) continue;
    positions[i].push_back(static_cast<std::uint8_t>(hop.fallbacks.size()));
    hop.fallbacks.push_back(stays[i]);
  }
  const auto position = merger.finish(hop.fallbacks);
  for (std::size_t i = 0; i < error_class_count; ++i) {
    auto& to = written_[i].fallbacks;
    if (list_of_class[i] < 0 || lists[static_cast<std::size_t>(list_of_class[i])].empty()) {
      to.push_back(0);
      continue;
    }
    const auto& list = lists[static_cast<std::size_t>(list_of_class[i])];
    std::size_t next = 0;  // of the list
    if (const auto stay = find(list.front()); stay != stays.end()) {
      to = positions[static_cast<std::size_t>(stay - stays.begin())];
      for (const std::uint8_t at : to) note_reason(hop, all_classes[i], at, list.front().fact);
      next = 1;
    }
    for (const int node : nodes[static_cast<std::size_t>(list_of_class[i])]) {
      to.push_back(position[static_cast<std::size_t>(node)]);
      note_reason(hop, all_classes[i], to.back(), list[next++].fact);
    }
  }
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

// ---- traffic --------------------------------------------------------------------------------------------------------

void Compilation::write_traffic(std::vector<EntryPoint>& entry_points) {
  System& s = *system_;
  Duration since_monday;
  if (options_.start) {
    constexpr std::int64_t day = 86400;
    const std::int64_t since_epoch = options_.start->seconds + 3 * day;  // 1970-01-01 was a Thursday
    since_monday = Duration::seconds(static_cast<double>(((since_epoch % (7 * day)) + 7 * day) % (7 * day)));
  }
  std::unordered_map<std::string, int> seen;
  const auto add = [&](Index c, Index port, const Traffic& t) {
    const Part& part = world_.part(c);
    Hop hop;
    hop.name = fmt::format("{}/traffic", part.name);
    if (t.via != "in") hop.name += fmt::format("-{}", t.via);
    if (const int n = ++seen[hop.name]; n > 1) hop.name += fmt::format("/{}", n);
    hop.says = fmt::format("requests from outside reach {}", part.name);
    hop.component = ComponentId(c);
    hop.source = Hop::Source::profile;
    hop.profile = profile_of(t, since_monday);
    if (t.size && t.size->count() > 0 && !t.size->is_unlimited()) hop.size = *t.size;
    hop.to = PortId(world_.id(MemberKind::port, c, port));
    hop.needs = needs_->of_port(c, port, nullptr);
    is_sized_.push_back(true);
    entry_points.push_back({hop.to, s.hops.add(std::move(hop))});
  };
  for (const Traffic& t : inventory_->traffic) {
    const Index c = world_.find(t.to);
    const Member port = c == nothing ? Member{} : world_.member(c, t.via);
    if (port.kind != MemberKind::port) continue;
    if (!world_.exists(MemberKind::port, c, static_cast<Index>(port.index))) {
      world_.diagnostics->error(t.via_at, fmt::format("'{}' takes nothing at '{}' the way it is set up", t.to, t.via));
      continue;
    }
    add(c, static_cast<Index>(port.index), t);
  }
  if (!inventory_->traffic.empty()) return;

  // Nothing is given: every place where something can come in and nothing else in the inventory sends anything.
  std::vector<bool> is_fed(s.components.size());
  for (const Hop& hop : s.hops) {
    const bool stays_inside = hop.to.is_set() && hop.from.is_set() && hop.source != Hop::Source::signal &&
                              s.ports[hop.from].component == s.ports[hop.to].component;
    if (hop.to.is_set() && !stays_inside) is_fed[s.ports[hop.to].component.value] = true;
    for (const Fallback& f : hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) is_fed[s.ports[f.port].component.value] = true;
      const bool is_other = f.kind == Fallback::Kind::store && !(hop.ordered && f.store == hop.fallbacks.front().store);
      if (is_other &&
          !(hop.source == Hop::Source::port && s.ports[hop.from].component == s.stores[f.store].component)) {
        is_fed[s.stores[f.store].component.value] = true;
      }
    }
  }
  Assumption assumption;
  assumption.kind = Assumption::Kind::default_traffic;
  for (Index c = 0; c < world_.parts().size(); ++c) {
    if (is_fed[c] || world_.part(c).type->name.compare(0, 8, "outside:") == 0) continue;
    const Member in = world_.member(c, "in");
    if (in.kind != MemberKind::port) continue;
    if (!world_.exists(MemberKind::port, c, static_cast<Index>(in.index))) continue;
    const PortDef& port = world_.part(c).type->ports[in.index];
    if (!world_.holds(port.callers, Scope{c, nullptr, nullptr, nullptr})) continue;
    add(c, static_cast<Index>(in.index), Traffic{});
    assumption.where.push_back(ComponentId(c));
  }
  if (assumption.where.empty()) {
    const auto flows = [](const Hop& hop) {
      return hop.source != Hop::Source::port && hop.source != Hop::Source::signal;
    };
    if (s.hops.empty() || std::any_of(s.hops.begin(), s.hops.end(), flows)) return;
    assumption.says =
        "The inventory gives no traffic and has no place where any comes in, so no data flows: nothing that is said "
        "here "
        "tells what would be lost.";
    assumptions_.push_back(std::move(assumption));
    return;
  }
  assumption.says = fmt::format(
      "The inventory gives no traffic, so one event a second is taken to reach each of {} entry point{}: time windows "
      "are"
      " right, amounts only compare with each other.",
      assumption.where.size(), assumption.where.size() == 1 ? "" : "s");
  assumptions_.push_back(std::move(assumption));
}

// ---- the graph of hops ----------------------------------------------------------------------------------------------

// What is handed on so that it would go round waits in its store instead. Any other loop is an error, or is cut in an
// inventory that was imported.
void Compilation::cut_loops() {
  System& s = *system_;
  std::vector<std::vector<std::uint32_t>> fed(s.ports.size());
  for (std::uint32_t h = 0; h < s.hops.size(); ++h) {
    if (s.hops[HopId(h)].source == Hop::Source::port) fed[s.hops[HopId(h)].from.value].push_back(h);
  }
  enum : std::uint8_t { unseen, open, done };
  std::vector<std::uint8_t> state(s.hops.size(), unseen);
  struct Frame {
    std::uint32_t hop;
    std::size_t way = 0;  // 0: its target; then its fallbacks
    std::size_t next = 0;
  };
  const auto port_of = [&](const Hop& hop, std::size_t way) {
    if (way == 0) return hop.to;
    const Fallback& f = hop.fallbacks[way - 1];
    return f.kind == Fallback::Kind::hand_on ? f.port : PortId{};
  };
  std::vector<Frame> stack;
  for (std::uint32_t root = 0; root < s.hops.size(); ++root) {
    if (state[root] != unseen) continue;
    state[root] = open;
    stack.push_back({root});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      Hop& hop = s.hops[HopId(frame.hop)];
      if (frame.way > hop.fallbacks.size()) {
        state[frame.hop] = done;
        stack.pop_back();
        continue;
      }
      const PortId port = port_of(hop, frame.way);
      if (!port.is_set() || frame.next >= fed[port.value].size()) {
        ++frame.way;
        frame.next = 0;
        continue;
      }
      const std::uint32_t target = fed[port.value][frame.next++];
      if (state[target] == unseen) {
        state[target] = open;
        stack.push_back({target});
        continue;
      }
      if (state[target] == done) continue;
      const Component& place = s.components[s.ports[port].component];
      const Component& sender = s.components[hop.component];
      if (frame.way > 0) {
        Fallback& f = hop.fallbacks[frame.way - 1];
        const auto kept = std::find_if(s.stores.begin(), s.stores.end(), [&](const Store& store) {
          return store.component == s.ports[port].component && store.name == place.name + "/kept";
        });
        if (kept == s.stores.end()) continue;
        f.kind = Fallback::Kind::store;
        f.store = StoreId(static_cast<std::size_t>(kept - s.stores.begin()));
        f.port = {};
        f.says = kept->says;
        f.limit = Duration::forever();
        f.age = Fallback::Age::since_entry;
        f.release = nameless_repair(hop.component.value, "from-" + place.name,
                                    fmt::format("Deal with what {} put into {}", sender.name, place.name), f.fact);
      } else if (inventory_->imported) {
        hop.to = {};
      } else {
        std::string round = place.name;
        std::size_t from = stack.size() - 1;
        while (stack[from].hop != target) --from;
        for (std::size_t i = from; i < stack.size(); ++i) {
          const PortId next = port_of(s.hops[HopId(stack[i].hop)], stack[i].way);
          const std::string& name = s.components[s.ports[next].component].name;
          if (!round.ends_with(" to " + name)) round += " to " + name;
        }
        world_.diagnostics->error(
            world_.part(hop.component.value).at,
            fmt::format("data would go round for ever, from {}; take one of these connections out", round));
        continue;
      }
      assumptions_.push_back({Assumption::Kind::cut_loop,
                              fmt::format("What {} passes to {} would come back to it; here it ends at {}.",
                                          sender.name, place.name, place.name),
                              {},
                              {hop.component}});
      ++frame.way;
      frame.next = 0;
    }
  }
}

// Events keep their size from hop to hop; where several kinds meet, by their share.
void Compilation::size_events() {
  System& s = *system_;
  std::vector<std::vector<std::uint32_t>> fed(s.ports.size());
  std::vector<std::uint32_t> missing(s.ports.size(), 0);
  std::vector<std::uint32_t> ready;
  for (std::uint32_t h = 0; h < s.hops.size(); ++h) {
    const Hop& hop = s.hops[HopId(h)];
    if (hop.source == Hop::Source::port)
      fed[hop.from.value].push_back(h);
    else
      ready.push_back(h);
    if (hop.to.is_set()) ++missing[hop.to.value];
    for (const Fallback& f : hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) ++missing[f.port.value];
    }
  }
  for (std::uint32_t p = 0; p < s.ports.size(); ++p) {
    if (missing[p] == 0) ready.insert(ready.end(), fed[p].begin(), fed[p].end());
  }
  std::vector<double> events(s.ports.size(), 0);
  std::vector<double> bytes(s.ports.size(), 0);
  constexpr double little = 1e-9;  // counts only where nothing else does
  for (std::size_t i = 0; i < ready.size(); ++i) {
    Hop& hop = s.hops[HopId(ready[i])];
    double rate = 0;
    switch (hop.source) {
      case Hop::Source::port:
        rate = events[hop.from.value];
        if (!is_sized_[ready[i]] && rate > 0) hop.size = Bytes::count(bytes[hop.from.value] / rate);
        if (const auto c = combining_.find(ready[i]); c != combining_.end() && rate > 0) {
          // One for each span of time, or for each full buffer if those come sooner; never more than come in.
          const double for_each = std::min(rate * c->second.every_s, c->second.bytes / hop.size.count());
          hop.ratio = 1 / std::max(for_each, 1.0);
          hop.size = Bytes::count(hop.size.count() / hop.ratio);
        }
        break;
      case Hop::Source::work:
      case Hop::Source::profile:
        for (const ProfileStep& step : hop.profile.steps) rate = std::max(rate, step.rate.per_second());
        break;
      case Hop::Source::timetable: rate = hop.every > Duration{} ? 1 / hop.every.in_seconds() : 0; break;
      case Hop::Source::signal: rate = little; break;
    }
    const auto pass = [&](PortId port, double amount) {
      events[port.value] += amount;
      bytes[port.value] += amount * hop.size.count();
      if (--missing[port.value] == 0) ready.insert(ready.end(), fed[port.value].begin(), fed[port.value].end());
    };
    if (hop.to.is_set()) pass(hop.to, rate * hop.ratio);
    for (const Fallback& f : hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) pass(f.port, rate * little);
    }
  }
}

}  // namespace moshimo::models
