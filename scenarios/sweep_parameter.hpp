// What the name of a varied number stands for, and where its values are written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/answer.hpp"
#include "scenarios/vary.hpp"

namespace moshimo::scenarios {

struct Parameter {
  enum class Kind : std::uint8_t {
    detect,
    responders,
    horizon,
    fault_time,
    fault_end,
    fault_parameter,
    traffic,
    takes,
    attribute
  };
  Kind kind = Kind::detect;
  std::size_t index = 0;  // of a fault or a flow of traffic
  std::string component;  // attribute, takes
  std::string key;        // of a fault's parameter, attribute, repair
  input::Position at;
  bool compiles() const { return kind != Kind::detect && kind != Kind::responders && kind != Kind::horizon; }
};

// Nothing when the name stands for no number or its values do not fit; that goes to `diagnostics`.
std::optional<Parameter> parameter_of(const Vary& vary, const Answer& base, input::Diagnostics& diagnostics);

// Writes one value into what is compiled afresh. What only the response takes is none of it.
void set(const Parameter& p, models::Quantity value, Scenario& scenario, std::vector<models::Override>& overrides,
         std::shared_ptr<const models::Inventory>& inventory);

}  // namespace moshimo::scenarios
