// What the flow of data needs to know of a system, laid out flat once: who feeds whom, in which order, who watches
// what.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/schedule.hpp"
#include "core/system.hpp"

namespace moshimo {

// For each key a run of values in one array.
class Adjacency {
 public:
  void reset(std::size_t keys) {
    pairs_.clear();
    begin_.assign(keys + 1, 0);
  }
  void add(std::uint32_t key, std::uint32_t value) { pairs_.push_back({key, value}); }
  void finish();  // sorts, drops duplicates
  std::span<const std::uint32_t> of(std::uint32_t key) const {
    return {values_.data() + begin_[key], begin_[key + 1] - begin_[key]};
  }

 private:
  struct Pair {
    std::uint32_t key;
    std::uint32_t value;
  };
  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> values_;
};

struct PlaceRow {
  double limit_us = 0;         // infinity: none
  double capacity = 0;         // events; infinity: none
  std::uint32_t attempts = 0;  // of a retry: its table
  ConditionId opened_by;       // not set: it is there from the start; else it is not there before this holds
};

struct FlowPlan {
  explicit FlowPlan(const System& system);

  std::uint32_t hops = 0;
  std::uint32_t ports = 0;
  std::vector<std::uint32_t> node_rank;  // hop h is node h, port p is node hops + p; feeders come first
  std::vector<std::uint32_t> node_at_rank;
  std::vector<std::uint32_t> first_place;  // of each hop, and one more at the end
  std::vector<PlaceRow> places;
  std::vector<AttemptTable> attempts;   // places that retry alike share one
  Adjacency fed_by_port;                // port -> hops whose source it is
  Adjacency into_port;                  // port -> hops that target it or hand on to it
  Adjacency needed_by;                  // condition -> hops, for themselves
  Adjacency watchers;                   // condition -> hops, for a place or for what their source needs
  Adjacency signals;                    // condition -> hops fired by its fall
  Adjacency process_watchers;           // process -> hops (work sources)
  Adjacency process_ports;              // process -> ports it serves
  std::vector<std::uint8_t> can_limit;  // by port: it has a capacity, or a full buffer may hold it up
  Adjacency component_ports;            // component -> ports a full buffer of it may hold up
  Adjacency component_blockers;         // component -> hops whose full buffer holds it up

  // Islands: hops and ports between which data, or the want of room for it, can make itself felt. What happens on one
  // says nothing about another.
  std::uint32_t islands = 0;
  std::vector<std::uint32_t> island_of_node;  // hops, then ports, as above
  Adjacency island_nodes;

 private:
  PlaceRow place_row(const System& system, const Hop& hop, const Fallback& fallback);
  std::uint32_t attempts_of(const Fallback& fallback);
  void find_islands(const System& system);

  std::map<std::pair<Schedule, Duration>, std::uint32_t> known_attempts_;
};

}  // namespace moshimo
