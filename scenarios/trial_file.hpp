// Files of trials: what one shard of a study counted, and the joining of all of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/trials.hpp"

namespace moshimo::scenarios {

// What `report::shard_json` wrote. Nothing, with errors in `diagnostics`, when the file is none such or is damaged.
std::optional<TrialShard> read_trial_file(const std::string& path, input::Diagnostics& diagnostics);

// All shards of one study put together: the same as if one had done all of them. What is wrong with them, each in a
// sentence, goes to `diagnostics`; `names` are those of their files.
TrialShard joined(const std::vector<TrialShard>& shards, const std::vector<std::string>& names,
                  input::Diagnostics& diagnostics);

}  // namespace moshimo::scenarios
