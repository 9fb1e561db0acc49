#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/read.hpp"

namespace moshimo::models {

FactDef read_fact(const CatalogueTrees::Fact& source, input::Diagnostics& diagnostics) {
  const Tree& tree = source.tree;
  FactDef fact;
  fact.id = tree.key;
  fact.service = source.service;
  fact.at = tree.key_at;
  if (!tree.is_map()) {
    diagnostics.error(tree.at, fmt::format("fact '{}' is a map with says, source and confidence", tree.key));
    return fact;
  }
  static const std::vector<std::string_view> keys{"says", "source", "confidence"};
  for (const Tree& child : tree.children) {
    if (std::find(keys.begin(), keys.end(), child.key) == keys.end()) {
      diagnostics.error(child.key_at,
                        fmt::format("unknown key '{}'{}", child.key, input::did_you_mean(child.key, keys)));
    }
  }
  const auto take = [&](std::string_view key) -> std::string {
    const Tree* found = tree.find(key);
    if (found != nullptr && found->is_scalar() && !found->text.empty()) return found->text;
    diagnostics.error(found != nullptr ? found->at : tree.key_at, fmt::format("fact '{}' needs `{}`", tree.key, key));
    return "";
  };
  fact.says = take("says");
  fact.source = take("source");
  const std::string confidence = take("confidence");
  if (confidence == "documented") {
    fact.confidence = Confidence::documented;
  } else if (confidence == "observed") {
    fact.confidence = Confidence::observed;
  } else if (confidence == "inferred") {
    fact.confidence = Confidence::inferred;
  } else if (confidence == "assumed") {
    fact.confidence = Confidence::assumed;
  } else if (!confidence.empty()) {
    diagnostics.error(tree.find("confidence")->at,
                      fmt::format("`confidence` is documented, observed, inferred or assumed{}",
                                  input::did_you_mean(confidence, {"documented", "observed", "inferred", "assumed"})));
  }
  return fact;
}

}  // namespace moshimo::models
