#include "scenarios/trial_file.hpp"

#include <bit>
#include <fmt/format.h>
#include <map>
#include <numeric>

#include "input/cursor.hpp"

namespace moshimo::scenarios {
namespace {

using input::Cursor;

// Reads on past whatever is missing, which is said of each.
class ShardReader {
 public:
  explicit ShardReader(const Cursor& root) : root_(root) {}

  TrialShard read() {
    TrialShard shard;
    TrialStudy& study = shard.study;
    shard.number = whole(root_, "shard");
    shard.of = whole(root_, "of");
    study.version = text(root_.require("tool"), "version");
    study.digest = text(root_, "input_digest");
    study.name = text(root_, "name");
    study.title = text(root_, "title");
    study.strategy = named<Strategy>(root_, "strategy");
    study.responders = static_cast<std::uint32_t>(whole(root_, "responders"));
    study.horizon = SimTime::microseconds(static_cast<std::int64_t>(whole(root_, "horizon_us")));
    study.seed = whole(root_, "seed");
    study.trials = whole(root_, "trials");
    for (const Cursor& c : list(root_, "inputs")) {
      const auto us = [&](std::string_view key) {
        return Duration::microseconds(static_cast<std::int64_t>(whole(c, key)));
      };
      const auto kind = named<Distribution::Kind>(c, "distribution");
      study.inputs.push_back({named<UncertainInput::Kind>(c, "kind"),
                              text(c, "name"),
                              {kind, us("low_us"), us("middle_us"), us("high_us")}});
      shard.counts.squares.push_back(whole(c, "squares"));
    }
    for (const Cursor& c : list(root_, "figures")) {
      study.figures.push_back(
          {named<TrialFigure::Kind>(c, "kind"), text(c, "component"), real(c, "plain"), real(c, "limit")});
      shard.counts.figures.push_back(tally(c));
      shard.counts.ranks.push_back(ranks(c, study.inputs.size()));
    }
    for (const Cursor& c : list(root_, "assumptions")) study.assumptions.push_back(c.text().value_or(""));
    return shard;
  }

 private:
  static std::uint64_t whole(const Cursor& c) {
    const auto n = c.integer();
    if (n && *n < 0) c.error("a count is not negative; the file is damaged");
    return n && *n >= 0 ? static_cast<std::uint64_t>(*n) : 0;
  }
  static std::uint64_t whole(const Cursor& in, std::string_view key) {
    const Cursor c = in.require(key);
    return c ? whole(c) : 0;
  }
  static std::string text(const Cursor& in, std::string_view key) {
    const Cursor c = in ? in.require(key) : Cursor();
    return c ? c.text().value_or("") : "";
  }
  // Numbers stand there as their bits, so that none of them is lost.
  static double real(const Cursor& in, std::string_view key) { return std::bit_cast<double>(whole(in, key)); }
  static std::vector<Cursor> list(const Cursor& in, std::string_view key) {
    const Cursor c = in.require(key);
    return c ? c.items() : std::vector<Cursor>();
  }

  // What comes after the last has no name.
  template <class Kind>
  static Kind named(const Cursor& in, std::string_view key) {
    const Cursor c = in.require(key);
    const std::string name = c ? c.text().value_or("") : "";
    for (std::uint8_t k = 0; !name_of(static_cast<Kind>(k)).empty(); ++k) {
      if (name_of(static_cast<Kind>(k)) == name) return static_cast<Kind>(k);
    }
    if (c) c.error(fmt::format("there is no '{}' here; the file is of another version or damaged", name));
    return {};
  }

  static Tally tally(const Cursor& c) {
    Tally tally;
    for (const Cursor& pair : list(c, "buckets")) {
      const std::vector<Cursor> both = pair.items();
      if (both.size() != 2) {
        pair.error("a bucket is its number and its count; the file is damaged");
        continue;
      }
      tally.counts[static_cast<Bucket>(whole(both[0]))] = whole(both[1]);
    }
    tally.least = real(c, "least");
    tally.most = real(c, "most");
    tally.most_in = whole(c, "most_in");
    tally.over = whole(c, "over");
    return tally;
  }

  static RankSums ranks(const Cursor& c, std::size_t inputs) {
    RankSums ranks;
    for (const Cursor& row : list(c, "ranks")) {
      const std::vector<Cursor> items = row.items();
      if (items.size() != inputs + 1) {
        row.error("a row of ranks has a number for every input; the file is damaged");
        continue;
      }
      std::vector<std::uint64_t>& sums = ranks.sums[static_cast<Bucket>(whole(items[0]))];
      for (std::size_t i = 1; i < items.size(); ++i) sums.push_back(whole(items[i]));
    }
    return ranks;
  }

  Cursor root_;
};

std::uint64_t trials_in(const TrialShard& s) {
  return first_trial(s.number + 1, s.of, s.study.trials) - first_trial(s.number, s.of, s.study.trials);
}

// Every trial is counted once in every figure.
bool is_whole(const TrialShard& s) {
  if (s.of < 1 || s.number < 1 || s.number > s.of || s.study.trials < s.of) return false;
  return !s.counts.figures.empty() && std::all_of(s.counts.figures.begin(), s.counts.figures.end(),
                                                  [&](const Tally& t) { return t.count() == trials_in(s); });
}

// What sets `b` apart from `a`; empty when they are of one study.
std::string difference(const TrialShard& a, const TrialShard& b) {
  const TrialStudy &x = a.study, &y = b.study;
  if (x.version != y.version) {
    return fmt::format("was made by moshimo {}, and not by moshimo {}; make all shards with one version", y.version,
                       x.version);
  }
  if (x.digest != y.digest) {
    return fmt::format("is of another scenario or inventory ({} '{}', not {} '{}'); merge shards of one run only",
                       y.digest, y.name, x.digest, x.name);
  }
  if (x.seed != y.seed) {
    return fmt::format("was drawn with seed {}, and not with {}; draw all shards with one seed", y.seed, x.seed);
  }
  if (x.trials != y.trials || a.of != b.of) {
    return fmt::format("is one of {} shards of {} trials, and not one of {} shards of {}; merge shards of one run only",
                       b.of, y.trials, a.of, x.trials);
  }
  if (x != y) return "comes of another catalogue or of other options; make all shards with the same";
  return "";
}

}  // namespace

std::optional<TrialShard> read_trial_file(const std::string& path, input::Diagnostics& diagnostics) {
  // What is read is taken over whole; the document is not kept.
  static std::vector<std::shared_ptr<const input::Document>> read;
  input::Diagnostics reading;
  const auto document = std::make_shared<const input::Document>(input::read_document(path, reading));
  read.push_back(document);  // mistakes point into it
  const bool is_readable = !reading.has_errors() && document->is_whole();
  diagnostics.take(std::move(reading));
  if (!is_readable) return std::nullopt;
  input::Diagnostics found;
  const Cursor root(*document, found);
  const Cursor kind = root.is_map() ? root.find("kind") : Cursor();
  if (!kind || kind.text() != "trials-shard") {
    diagnostics.error({}, fmt::format("{}: this is no file of trials; write one with `moshimo run SCENARIO --trials N "
                                      "--shard I/N -o FILE`",
                                      path));
    return std::nullopt;
  }
  TrialShard shard = ShardReader(root).read();
  const bool is_sound = !found.has_errors();
  diagnostics.take(std::move(found));
  if (!is_sound) return std::nullopt;
  if (is_whole(shard)) return shard;
  diagnostics.error(
      {}, fmt::format("{}: its counts do not add up to its trials, so it is damaged; make shard {}/{} again", path,
                      shard.number, shard.of));
  return std::nullopt;
}

TrialShard joined(const std::vector<TrialShard>& shards, const std::vector<std::string>& names,
                  input::Diagnostics& diagnostics) {
  TrialShard all;
  if (shards.empty()) return all;
  all.study = shards.front().study;
  std::map<std::uint64_t, std::size_t> numbers;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (const std::string differs = difference(shards.front(), shards[i]); !differs.empty()) {
      diagnostics.error({}, fmt::format("{} {}", names[i], differs));
      continue;
    }
    const auto [known, is_new] = numbers.emplace(shards[i].number, i);
    if (!is_new) {
      diagnostics.error({}, fmt::format("{} and {} are both shard {} of {}; leave one of them out",
                                        names[known->second], names[i], shards[i].number, shards[i].of));
      continue;
    }
    all.counts.add(shards[i].counts);
  }
  if (diagnostics.has_errors()) return all;
  constexpr std::size_t most_named = 10;
  std::size_t missing = 0;
  for (std::uint64_t n = 1; n <= shards.front().of; ++n) {
    if (numbers.count(n) != 0 || ++missing > most_named) continue;
    diagnostics.error({}, fmt::format("shard {0} of {1} is missing; make it with --shard {0}/{1} and merge again", n,
                                      shards.front().of));
  }
  if (missing > most_named) {
    diagnostics.error({}, fmt::format("and {} more shards are missing", missing - most_named));
  }
  return all;
}

}  // namespace moshimo::scenarios
