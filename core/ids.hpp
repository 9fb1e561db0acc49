// Dense indices into the tables of a `System`, one type each so that they cannot be mixed up.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace moshimo {

template <class Row>
struct Id {
  std::uint32_t value = std::numeric_limits<std::uint32_t>::max();
  constexpr Id() = default;
  explicit constexpr Id(std::size_t v) : value(static_cast<std::uint32_t>(v)) {}
  constexpr bool is_set() const { return value != std::numeric_limits<std::uint32_t>::max(); }
  constexpr auto operator<=>(const Id&) const = default;
};

// A table whose rows are found by their own kind of id.
template <class Row>
class Table {
 public:
  Id<Row> add(Row row) {
    rows_.push_back(static_cast<Row&&>(row));
    return Id<Row>(rows_.size() - 1);
  }
  Id<Row> add() {
    rows_.emplace_back();
    return Id<Row>(rows_.size() - 1);
  }
  Row& operator[](Id<Row> id) { return rows_[id.value]; }
  const Row& operator[](Id<Row> id) const { return rows_[id.value]; }
  Id<Row> id_of(const Row& row) const { return Id<Row>(static_cast<std::size_t>(&row - rows_.data())); }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  void reserve(std::size_t n) { rows_.reserve(n); }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }
  auto begin() { return rows_.begin(); }
  auto end() { return rows_.end(); }

 private:
  std::vector<Row> rows_;
};

}  // namespace moshimo
