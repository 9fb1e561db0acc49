// A small world with the built-in catalogue, what happens to it, and what comes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/answer.hpp"

namespace moshimo::scenarios {

struct Asked {
  std::vector<std::string> components;
  Duration detect = Duration::minutes(40);
  std::uint32_t people = 2;
  Strategy strategy = Strategy::full;
  bool by_hand = false;
  std::optional<Duration> made_again_after = {};
  std::string verb = "delete";
  Duration horizon = Duration::days(30);
};

// `inventory`: YAML without its version. Throws what is wrong with it.
Answer ask(std::string_view inventory, const Asked& asked);
Answer ask(std::string_view inventory, std::vector<ScenarioFault> faults, const Responders& response, Duration horizon);

bool holds_at_the_end(const Answer& a, std::string_view component, std::string_view condition);
std::vector<std::string> steps(const Answer& a);  // the repairs in order

std::vector<std::string> library_files();      // scenarios, with their folders
Answer plain_answer(const std::string& file);  // of what its faults do, with every step

}  // namespace moshimo::scenarios
