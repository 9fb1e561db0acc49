// A table whose copies share the rows in which they do not differ: what a fault leaves alone takes no room twice.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace moshimo {

template <class Row>
class SharedTable {
 public:
  // All rows as they are made by default.
  void reset(std::size_t size) {
    size_ = size;
    pieces_.assign((size + piece - 1) / piece, nullptr);
    for (std::shared_ptr<Piece>& p : pieces_) p = std::make_shared<Piece>();
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Row& operator[](std::size_t i) const { return (*pieces_[i / piece])[i % piece]; }

  // A row to write to, which is then this table's own.
  Row& edit(std::size_t i) {
    std::shared_ptr<Piece>& p = pieces_[i / piece];
    if (p.use_count() > 1) p = std::make_shared<Piece>(*p);
    return (*p)[i % piece];
  }

  class Iterator {
   public:
    Iterator(const SharedTable& table, std::size_t at) : table_(&table), at_(at) {}
    const Row& operator*() const { return (*table_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const SharedTable* table_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

 private:
  static constexpr std::size_t piece = 32;
  using Piece = std::array<Row, piece>;
  std::vector<std::shared_ptr<Piece>> pieces_;
  std::size_t size_ = 0;
};

}  // namespace moshimo
