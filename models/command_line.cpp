#include "models/command_line.hpp"

namespace moshimo::models {

std::string in_region(std::string command, const std::string& region) {
  if (command.starts_with("aws ")) command += " --region " + region;
  return command;
}

}  // namespace moshimo::models
