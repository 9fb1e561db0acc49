// What resources that are modelled, or part of one that is, say beyond what the catalogue reads.
//
// Nothing of a file is passed over without a word: a value that is set, that no import path has led to, and that the
// catalogue does not list under `without_effect`, is told.
#pragma once

#include <vector>

#include "models/import/attributes.hpp"
#include "models/import/importer.hpp"

namespace moshimo::models::importing {

// By type and attribute. To be asked when everything has been read.
std::vector<Coverage::Unread> find_unread(const Places& places, const Components& components,
                                          const Attributes& attributes, const Catalogue& catalogue);

}  // namespace moshimo::models::importing
