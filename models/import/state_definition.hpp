// What the tasks of a state machine's definition do, and to what.
#pragma once

#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "models/import/values.hpp"

namespace moshimo::models::importing {

struct StateTask {
  std::string name;
  std::string service;  // of what it does; empty where the task names what it calls by an ARN
  std::string action;
  std::vector<std::string> names;  // texts that may name what it is done to
  bool is_told_later = false;      // one of these stands in the input of an execution
  bool is_caught = false;          // an error does not end the execution
};

// Also those in branches and loops.
std::vector<StateTask> tasks_of(Value definition);

// The type has a port for calls, and is nobody who calls.
bool can_be_called(const TypeDef& type, const Catalogue& catalogue);
// As the task calls one of the type.
std::string port_of(const TypeDef& type, const StateTask& task);
// "the state Charge does sqs:sendMessage of orders"
std::string told(const StateTask& task);

}  // namespace moshimo::models::importing
