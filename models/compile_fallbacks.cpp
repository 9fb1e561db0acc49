// What a hop does with what it cannot deliver: its fallbacks, merged over the classes of errors, and its reactions.
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
  return std::tie(a.kind, a.store, a.port, a.limit, a.age, a.capacity, a.overflow, a.release, a.misdirects, a.says) ==
             std::tie(b.kind, b.store, b.port, b.limit, b.age, b.capacity, b.overflow, b.release, b.misdirects,
                      b.says) &&
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
  std::vector<int> merge(std::vector<Fallback>&& list) {
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
      places_.push_back(std::move(list[k]));
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

// Most hops of one kind do the same: they share what was written for one of the last of them.
Reactions Compilation::shared_reactions(const HopDef& def) {
  std::vector<Reactions>& known = reactions_[&def];
  const auto same = std::find(known.begin(), known.end(), written_);
  if (same != known.end()) return *same;
  if (known.size() == 8) known.erase(known.begin());
  return known.emplace_back(written_);
}

// Of the blocks that speak for a class, the nearest that has a key counts for that key.
void Compilation::write_reactions(const HopPlan& plan, Hop& hop) {
  const HopDef& def = world_.part(plan.component).type->hops[plan.def];
  const Scope scope = scope_of(plan);
  auto& blocks_for = blocks_of_[&def];
  if (blocks_for.empty()) {
    for (const ErrorClass c : all_classes) blocks_for.push_back(reactions_to(def, c));
  }
  for (Reaction& reaction : written_) {
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
    arrange(hop, std::move(lists), list_of_class);
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
    auto f = fallback(def, plan, scope, block);
    if (!f) continue;
    needs_->write(def.needs, scope, f->accepts);
    f->accepts.shrink_to_fit();
    out.push_back(std::move(*f));
  }
  return out;
}

std::optional<Fallback> Compilation::fallback(const FallbackDef& def, const HopPlan& plan, const Scope& scope,
                                              const Basis& block) {
  const HopDef& hop = world_.part(plan.component).type->hops[plan.def];
  Fallback f;
  f.accepts.reserve(16);
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
    needs_->be(*writer, plan.component, f.accepts);
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
    needs_->write(store.accepts, there, f.accepts);
  } else {
    f.accepts.clear();
  }
  f.misdirects = def.misdirects;
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

void Compilation::arrange(Hop& hop, std::vector<std::vector<Fallback>>&& lists, const std::vector<int>& list_of_class) {
  Merger merger;
  std::vector<std::vector<int>> nodes;
  std::vector<std::vector<FactId>> facts;
  for (auto& list : lists) {
    std::vector<FactId>& of_list = facts.emplace_back();
    for (const Fallback& f : list) of_list.push_back(f.fact);
    nodes.push_back(merger.merge(std::move(list)));
  }
  const auto position = merger.finish(hop.fallbacks);
  for (std::size_t i = 0; i < error_class_count; ++i) {
    if (list_of_class[i] < 0) continue;
    const auto list = static_cast<std::size_t>(list_of_class[i]);
    for (std::size_t k = 0; k < facts[list].size(); ++k) {
      const std::uint8_t at = position[static_cast<std::size_t>(nodes[list][k])];
      written_[i].fallbacks.push_back(at);
      note_reason(hop, all_classes[i], at, facts[list][k]);
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

}  // namespace moshimo::models
