#include "scenarios/sweep_parameter.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace moshimo::scenarios {

namespace {

// `faults[2].at` with `list` = "faults": 2, and the rest.
std::optional<std::pair<std::size_t, std::string>> item_of(std::string_view name, std::string_view list) {
  if (!name.starts_with(list) || name.size() <= list.size() || name[list.size()] != '[') return std::nullopt;
  const std::string_view rest = name.substr(list.size() + 1);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const auto used = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || rest.substr(used, 2) != "].") return std::nullopt;
  return std::pair(number, std::string(rest.substr(used + 2)));
}

std::optional<Parameter> parameter_named(const Vary& vary, const Answer& base, input::Diagnostics& diagnostics) {
  Parameter p;
  p.at = vary.at;
  std::string_view name = vary.name;
  if (name.starts_with("response.")) name.remove_prefix(9);
  using Kind = Parameter::Kind;
  if (name == "detect" || name == "responders" || name == "horizon") {
    p.kind = name == "detect" ? Kind::detect : name == "responders" ? Kind::responders : Kind::horizon;
    return p;
  }
  if (const auto item = item_of(name, "faults")) {
    p.index = item->first;
    p.key = item->second;
    if (p.index >= base.scenario->faults.size()) {
      diagnostics.error(vary.at,
                        fmt::format("{}: the scenario has {} fault{}, counted from 0", vary.name,
                                    base.scenario->faults.size(), base.scenario->faults.size() == 1 ? "" : "s"));
      return std::nullopt;
    }
    p.kind = p.key == "at" ? Kind::fault_time : p.key == "for" ? Kind::fault_end : Kind::fault_parameter;
    return p;
  }
  if (const auto item = item_of(name, "traffic"); item && item->second == "rate") {
    p.kind = Kind::traffic;
    p.index = item->first;
    if (p.index < base.inventory->traffic.size()) return p;
    diagnostics.error(vary.at, fmt::format("{}: the inventory has {} flows of traffic, counted from 0", vary.name,
                                           base.inventory->traffic.size()));
    return std::nullopt;
  }
  for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0; dot = name.rfind('.', dot - 1)) {
    const ComponentId c = base.compiled->component(name.substr(0, dot));
    if (!c.is_set()) continue;
    p.component = name.substr(0, dot);
    p.key = name.substr(dot + 1);
    p.kind = Kind::attribute;
    if (p.key.ends_with(".takes")) {
      const std::string repair = p.key.substr(0, p.key.size() - 6);
      if (base.compiled->repair(c, repair).is_set()) {
        p.kind = Kind::takes;
        p.key = repair;
      }
    }
    return p;
  }
  std::vector<std::string_view> known = {"detect", "responders", "horizon"};
  for (const models::Resource& r : base.inventory->resources) known.push_back(r.name);
  const std::string_view first = name.substr(0, name.find('.'));
  diagnostics.error(vary.at, fmt::format("there is nothing called '{}' to vary{}", vary.name,
                                         input::did_you_mean(first, known,
                                                             "write detect, responders, horizon, faults[0].at, or "
                                                             "RESOURCE.ATTRIBUTE such as orders-queue.retention")));
  return std::nullopt;
}

bool check_values(const Vary& vary, const Parameter& p, const Answer& base, input::Diagnostics& diagnostics) {
  using Kind = Parameter::Kind;
  const bool is_time = p.kind == Kind::detect || p.kind == Kind::horizon || p.kind == Kind::fault_time ||
                       p.kind == Kind::fault_end || p.kind == Kind::takes;
  bool is_well = true;
  for (std::size_t i = 0; i < vary.values.size(); ++i) {
    const models::Quantity v = vary.values[i];
    std::string wrong;
    if (is_time && v.unit != models::Unit::seconds && v.value != 0 && !v.is_infinite()) {
      wrong = fmt::format("{} takes durations such as 40m; '{}' is none", vary.name, to_text(v));
    } else if (p.kind == Kind::responders && (!vary.is_whole || v.value < 1 || v.value > 1000)) {
      wrong = "there must be 1 to 1000 responders";
    } else if (p.kind == Kind::horizon && (v.value <= 0 || v.value > 3660 * 86400.0)) {
      wrong = "the horizon must lie between 1s and 3660d";
    } else if (p.kind == Kind::fault_time && v.value > base.scenario->horizon.in_seconds()) {
      wrong = fmt::format("{}: {} lies beyond the horizon of the scenario", vary.name, to_text(v));
    } else if (p.kind == Kind::traffic && v.unit != models::Unit::per_second && v.value != 0) {
      wrong = fmt::format("{} takes rates such as 5/s; '{}' is none", vary.name, to_text(v));
    } else if (v.is_infinite() && p.kind != Kind::detect && p.kind != Kind::attribute) {
      wrong = fmt::format("{} has to have an end", vary.name);
    }
    if (wrong.empty()) continue;
    diagnostics.error(i < vary.value_at.size() ? vary.value_at[i] : input::Position{}, wrong);
    is_well = false;
  }
  return is_well;
}

}  // namespace

std::optional<Parameter> parameter_of(const Vary& vary, const Answer& base, input::Diagnostics& diagnostics) {
  const auto p = parameter_named(vary, base, diagnostics);
  return p && check_values(vary, *p, base, diagnostics) ? p : std::nullopt;
}

void set(const Parameter& p, models::Quantity value, Scenario& scenario, std::vector<models::Override>& overrides,
         std::shared_ptr<const models::Inventory>& inventory) {
  models::Value written = models::Value::scalar(to_text(value));
  switch (p.kind) {
    case Parameter::Kind::detect:
    case Parameter::Kind::responders:
    case Parameter::Kind::takes: return;
    case Parameter::Kind::horizon: scenario.horizon = SimTime::after_start(Duration::seconds(value.value)); return;
    case Parameter::Kind::fault_time:
      scenario.faults[p.index].at = SimTime::after_start(Duration::seconds(value.value));
      return;
    case Parameter::Kind::fault_end: scenario.faults[p.index].over_after = Duration::seconds(value.value); return;
    case Parameter::Kind::fault_parameter: {
      auto& all = scenario.faults[p.index].parameters;
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == p.key; });
      if (found != all.end())
        found->second = std::move(written);
      else
        all.emplace_back(p.key, std::move(written));
      return;
    }
    case Parameter::Kind::traffic: {
      const auto changed = std::make_shared<models::Inventory>(*inventory);
      changed->traffic[p.index].rate = Rate::per_second(value.value);
      inventory = changed;
      return;
    }
    case Parameter::Kind::attribute: overrides.push_back({p.component, p.key, std::move(written), p.at}); return;
  }
}

}  // namespace moshimo::scenarios
