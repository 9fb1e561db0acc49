// Places in the values of resources, and the steps of an import path from one to the next.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "models/import/terraform_references.hpp"
#include "models/import/world.hpp"

namespace moshimo::models::importing {

// A file, and what its expressions refer to.
struct Source {
  World world;
  std::unique_ptr<References> references;
};

// A value on the way along an import path, with what stands beside it: whether it is known, and its expression.
struct Place {
  int source = 0;
  int instance = -1;
  Value value;
  Value policy;   // the value even where it is sensitive, for policy documents
  Value unknown;  // true or a map of what is unknown
  Value expression;
  bool is_unknown = false;   // absent from `value`, but only because it is not known or not shown
  bool is_hidden = false;    // not shown: it is marked as sensitive
  bool is_computed = false;  // unknown, and no expression sets it: AWS will say, and it names nothing of these files
  std::shared_ptr<const Place> enclosing;

  // The model makes something of what stands here, or will stand.
  void mark_read() const {
    value.mark_read();
    if (!value) expression.mark_read();
  }
};

class Places {
 public:
  Places(const std::vector<Source>& sources, const Documents& documents) : sources_(sources), documents_(documents) {}

  const std::vector<Source>& sources() const { return sources_; }
  Language language(int source) const { return sources_[static_cast<std::size_t>(source)].world.language; }
  const Instance& instance(int source, int index) const {
    return sources_[static_cast<std::size_t>(source)].world.instances[static_cast<std::size_t>(index)];
  }
  const References& references(int source) const { return *sources_[static_cast<std::size_t>(source)].references; }

  Place root(int source, int index) const;
  Place member(const Place& place, const std::string& name) const;
  void step(const ImportStep& by, std::vector<Place>& places) const;
  std::vector<Place> items(const Place& place) const;  // of a list each item, else the place itself

 private:
  const std::vector<Source>& sources_;
  const Documents& documents_;
};

}  // namespace moshimo::models::importing
