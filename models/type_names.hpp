// Types by the names that people bring along from other tools.
#pragma once

#include <string>
#include <string_view>

#include "models/catalogue.hpp"

namespace moshimo::models {

// By the name Terraform or CloudFormation has for it, or by its service or its own last word where only one has it.
const TypeDef* type_called(const Catalogue& catalogue, std::string_view name);

// What may be meant by a type that does not exist: "; did you mean 'sqs:queue'?", "; it is called iam:role here".
std::string hint_on_type(const Catalogue& catalogue, std::string_view name);

// The attribute that is read from this name in Terraform or CloudFormation: "; it is called 'tasks' here".
std::string hint_on_attribute(const std::vector<AttributeDef>& attributes, std::string_view name);

}  // namespace moshimo::models
